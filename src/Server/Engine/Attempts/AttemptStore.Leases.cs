using Koda.Server.Engine.Tasks;
using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.Attempts;

/// <summary>A lease to be renewed. Empty progress leaves it unchanged.</summary>
internal sealed record LeaseRenewal(AttemptKey Attempt, string Progress);

/// <summary>A renewed lease, and what a person asks of its task.</summary>
internal sealed record RenewedLease(AttemptKey Attempt, DateTimeOffset ExpiresAt, RequestedStop Stop);

/// <summary>An attempt as it is found when its worker is back.</summary>
internal sealed record FoundAttempt(AttemptKey Attempt, Guid TaskId, string WorkerId, AttemptOutcome? Outcome);

internal static partial class AttemptStore
{
    // A lease that is over but was not swept yet is still the worker's: nobody else has the task.
    private const string RenewSql = """
        with held as materialized (
            select attempts.id, task_id, ended_at, renewal.progress
            from unnest($1, $2, $3) as renewal (id, number, progress)
            join attempts on attempts.id = renewal.id and attempts.number = renewal.number
            order by attempts.id
            for no key update of attempts
        )
        update attempts
        set lease_expires_at = clock_timestamp() + $4,
            accepted_at = coalesce(accepted_at, clock_timestamp()),
            progress = case when held.progress = '' then attempts.progress else held.progress end
        from held
        join tasks on tasks.id = held.task_id
        where attempts.id = held.id and held.ended_at is null
        returning attempts.id, attempts.number, attempts.lease_expires_at, tasks.stop_requested
        """;

    /// <summary>Renews the leases that are still held, taking offers that were not taken yet.</summary>
    public static async Task<List<RenewedLease>> Renew(
        NpgsqlConnection connection, IReadOnlyCollection<LeaseRenewal> renewals, TimeSpan lease, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(RenewSql, connection);
        command.Parameters.AddColumn(renewals, renewal => renewal.Attempt.AttemptId);
        command.Parameters.AddColumn(renewals, renewal => renewal.Attempt.FencingToken);
        command.Parameters.AddColumn(renewals, renewal => renewal.Progress);
        command.Parameters.AddValue(lease);
        var renewed = new List<RenewedLease>(renewals.Count);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            renewed.Add(new RenewedLease(
                new AttemptKey(reader.GetGuid(0), reader.GetInt32(1)),
                reader.GetFieldValue<DateTimeOffset>(2),
                EnumText<RequestedStop>.Parse(reader.GetString(3))));
        }
        return renewed;
    }

    private const string FindSql = """
        select id, number, task_id, worker_id, outcome from attempts where id = any($1)
        """;

    public static async Task<List<FoundAttempt>> Find(NpgsqlConnection connection, Guid[] ids, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(FindSql, connection);
        command.Parameters.AddValue(ids);
        var found = new List<FoundAttempt>(ids.Length);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(new FoundAttempt(
                new AttemptKey(reader.GetGuid(0), reader.GetInt32(1)),
                reader.GetGuid(2),
                reader.GetString(3),
                reader.IsDBNull(4) ? null : EnumText<AttemptOutcome>.Parse(reader.GetString(4))));
        }
        return found;
    }

    private const string FindOpenSql = """
        select t.id, t.run_id, t.stream_id, t.agent_id, t.agent_version, t.context, a.number, a.worker_id
        from attempts a
        join tasks t on t.id = a.task_id
        where a.id = $1 and a.number = $2 and a.ended_at is null
        """;

    /// <summary>The attempt, or null when it is not open.</summary>
    public static async Task<OpenAttempt?> FindOpen(NpgsqlConnection connection, AttemptKey key, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(FindOpenSql, connection);
        command.Parameters.AddValue(key.AttemptId);
        command.Parameters.AddValue(key.FencingToken);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return null;
        return new OpenAttempt(
            reader.GetGuid(0), reader.GetGuid(1), reader.GetGuid(2), reader.GetString(3), reader.GetInt32(4),
            EngineJson.Read<TaskContext>(reader.GetString(5)), reader.GetInt32(6), reader.GetString(7));
    }

    /// <summary>The tasks of these attempts.</summary>
    public static async Task<List<Guid>> FindTasks(Transaction transaction, Guid[] ids, CancellationToken cancellationToken) =>
        [.. (await Find(transaction.Connection, ids, cancellationToken)).Select(attempt => attempt.TaskId)];

    // Another server may sweep at the same time: it takes other tasks.
    private const string LockExpiredSql = """
        select tasks.id
        from attempts
        join tasks on tasks.id = attempts.task_id
        where attempts.ended_at is null and attempts.lease_expires_at < clock_timestamp()
        order by tasks.id
        limit $1
        for no key update of tasks skip locked
        """;

    /// <summary>Locks tasks whose attempt is over its time.</summary>
    public static async Task<Guid[]> LockExpired(Transaction transaction, int limit, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(LockExpiredSql, transaction.Connection);
        command.Parameters.AddValue(limit);
        return await ReadIds(command, cancellationToken);
    }

    private static async Task<Guid[]> ReadIds(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var ids = new List<Guid>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            ids.Add(reader.GetGuid(0));
        return [.. ids];
    }
}
