using Dapper;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Principals;

/// <summary>Tells which sessions and tokens are not valid any more.</summary>
internal sealed class FindEndedCredentials(Database database)
{
    private const string FindSql = """
        select id from tokens where id = any(@ids) and (revoked_at is not null or expires_at <= now())
        union all
        select id from sessions where id = any(@ids) and (revoked_at is not null or expires_at <= now())
        """;

    public Task<HashSet<Guid>> Execute(IEnumerable<Guid> credentialIds, CancellationToken cancellationToken) => database.Read(
        async (connection, token) => (await connection.QueryAsync<Guid>(
            new CommandDefinition(FindSql, new { ids = credentialIds.ToArray() }, cancellationToken: token))).ToHashSet(),
        cancellationToken);
}
