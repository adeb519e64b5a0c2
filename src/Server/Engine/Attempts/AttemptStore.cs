using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.Attempts;

/// <summary>The only writer of <c>attempts</c>. All but leases and progress changes under the lock of the attempt's task.</summary>
internal static partial class AttemptStore
{
    /// <summary>When the next lease is over.</summary>
    public const string NextDueSql = "(select min(lease_expires_at) from attempts where ended_at is null)";

    // Renewals lock attempts too, without their tasks: all do so in the order of ids.
    private const string ReadSql = """
        select id, task_id, number, worker_id, accepted_at is not null, lease_expires_at < clock_timestamp(), outcome, last_batch, last_seq
        from attempts
        where task_id = any($1) and ended_at is null or id = any($2)
        order by id
        for no key update
        """;

    /// <summary>Locks the open attempts of locked tasks, and those named, open or not.</summary>
    public static NpgsqlBatchCommand Read(Guid[] taskIds, Guid[] attemptIds)
    {
        var command = new NpgsqlBatchCommand(ReadSql);
        command.Parameters.AddValue(taskIds);
        command.Parameters.AddValue(attemptIds);
        return command;
    }

    public static LockedAttempt ReadLocked(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        TaskId = row.GetGuid(1),
        Number = row.GetInt32(2),
        WorkerId = row.GetString(3),
        Accepted = row.GetBoolean(4),
        Expired = row.GetBoolean(5),
        Outcome = row.IsDBNull(6) ? null : EnumText<AttemptOutcome>.Parse(row.GetString(6)),
        LastBatch = row.GetInt64(7),
        LastSeq = row.GetInt64(8),
    };

    private const string UpdateSql = """
        update attempts
        set last_batch = change.last_batch,
            last_seq = change.last_seq,
            outcome = change.outcome,
            ended_at = case when change.outcome is not null then clock_timestamp() end
        from unnest($1, $2, $3, $4) as change (id, last_batch, last_seq, outcome)
        where attempts.id = change.id
        """;

    public static NpgsqlBatchCommand Update(IReadOnlyCollection<LockedAttempt> attempts)
    {
        var command = new NpgsqlBatchCommand(UpdateSql);
        command.Parameters.AddColumn(attempts, attempt => attempt.Id);
        command.Parameters.AddColumn(attempts, attempt => attempt.LastBatch);
        command.Parameters.AddColumn(attempts, attempt => attempt.LastSeq);
        command.Parameters.AddColumn(attempts, attempt => attempt.Outcome is { } outcome ? EnumText<AttemptOutcome>.Of(outcome) : null);
        return command;
    }

    private const string InsertSql = """
        insert into attempts (id, task_id, number, worker_id, lease_expires_at)
        select id, task_id, number, worker_id, clock_timestamp() + $5
        from unnest($1, $2, $3, $4) as attempt (id, task_id, number, worker_id)
        """;

    /// <summary>Opens attempts that are offered for so long.</summary>
    public static NpgsqlBatchCommand Insert(
        IReadOnlyCollection<(Guid Id, Guid TaskId, int Number, string WorkerId)> attempts, TimeSpan offer)
    {
        var command = new NpgsqlBatchCommand(InsertSql);
        command.Parameters.AddColumn(attempts, attempt => attempt.Id);
        command.Parameters.AddColumn(attempts, attempt => attempt.TaskId);
        command.Parameters.AddColumn(attempts, attempt => attempt.Number);
        command.Parameters.AddColumn(attempts, attempt => attempt.WorkerId);
        command.Parameters.AddValue(offer);
        return command;
    }
}
