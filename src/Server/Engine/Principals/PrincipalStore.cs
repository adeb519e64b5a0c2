using Dapper;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Principals;

/// <summary>The only writer of <c>principals</c>.</summary>
internal static class PrincipalStore
{
    private const string EnsureSql = """
        insert into principals (id, kind, name) values (@id, @kind, @name)
        on conflict (kind, name) where kind in ('operator', 'worker') do update set name = excluded.name
        returning id
        """;

    /// <summary>The principal of this kind and name, made when it is not there. Services are made each time.</summary>
    public static Task<Guid> Ensure(Transaction transaction, string kind, string name, CancellationToken cancellationToken) =>
        transaction.Connection.ExecuteScalarAsync<Guid>(
            new CommandDefinition(EnsureSql, new { id = Guid.CreateVersion7(), kind, name }, cancellationToken: cancellationToken));
}
