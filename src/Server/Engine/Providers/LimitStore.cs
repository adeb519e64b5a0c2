using Dapper;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Providers;

/// <summary>How many tasks may use a connection, or one of its models, at once, and how many do.</summary>
internal sealed record ConnectionLimit(string ProviderId, string Model, int MaxConcurrent, long Running);

/// <summary>The only writer of <c>provider_limits</c>.</summary>
internal sealed class LimitStore(Database database)
{
    private const string ForgetSql = "delete from provider_limits where provider_id = @id";
    private const string InsertSql = "insert into provider_limits (provider_id, model, max_concurrent) values (@id, @model, @most)";

    /// <summary>Sets a connection's limits in place of those before. An empty model: the whole connection.</summary>
    public static async Task Replace(
        Transaction transaction, string id, IReadOnlyDictionary<string, int> limits, CancellationToken cancellationToken)
    {
        await transaction.Connection.ExecuteAsync(new CommandDefinition(ForgetSql, new { id }, cancellationToken: cancellationToken));
        var rows = limits.Select(limit => new { id, model = limit.Key, most = limit.Value });
        await transaction.Connection.ExecuteAsync(new CommandDefinition(InsertSql, rows, cancellationToken: cancellationToken));
    }

    private const string ListSql = """
        select provider_id as ProviderId, model, max_concurrent as MaxConcurrent, running
        from provider_load
        where @id = '' or provider_id = @id
        order by provider_id, model
        """;

    public Task<List<ConnectionLimit>> List(string id, CancellationToken cancellationToken) =>
        database.Read(
            async (connection, token) =>
                (
                    await connection.QueryAsync<ConnectionLimit>(new CommandDefinition(ListSql, new { id }, cancellationToken: token))
                ).ToList(),
            cancellationToken);
}
