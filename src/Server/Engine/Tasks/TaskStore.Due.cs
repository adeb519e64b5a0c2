using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.Tasks;

internal static partial class TaskStore
{
    private const string ListRunningSql = "select id from tasks where state = 'running' and agent_id = $1";

    /// <summary>An agent's running tasks.</summary>
    public static async Task<Guid[]> ListRunning(NpgsqlConnection connection, string agentId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ListRunningSql, connection);
        command.Parameters.AddValue(agentId);
        var ids = new List<Guid>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            ids.Add(reader.GetGuid(0));
        return [.. ids];
    }

    private const string LockDueRetriesSql = """
        select id
        from tasks
        where state = 'retrying' and available_at <= clock_timestamp()
        order by available_at
        limit $1
        for no key update skip locked
        """;

    /// <summary>Locks tasks whose pause is over.</summary>
    public static async Task<Guid[]> LockDueRetries(Transaction transaction, int limit, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(LockDueRetriesSql, transaction.Connection);
        command.Parameters.AddValue(limit);
        var ids = new List<Guid>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            ids.Add(reader.GetGuid(0));
        return [.. ids];
    }

    /// <summary>When the next pause after a failure is over.</summary>
    public const string NextRetrySql = "(select min(available_at) from tasks where state = 'retrying')";

    private const string CountQueuedSql = "select count(*) from (select from tasks where state = 'queued' limit $1) as queued";

    /// <summary>How many tasks are queued, counted no further than <paramref name="most"/>.</summary>
    public static async Task<long> CountQueued(NpgsqlConnection connection, long most, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(CountQueuedSql, connection);
        command.Parameters.AddValue(most);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
