using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.Tasks;

/// <summary>
/// The only writer of <c>tasks</c>. Changes of a task are made under its row lock, which is always taken before any other lock.
/// </summary>
internal static partial class TaskStore
{
    // Locks are taken in the order of ids, so that two transactions cannot wait for each other.
    private const string LockSql = """
        select id, run_id, stream_id, agent_id, agent_version, priority, attempt, max_attempts,
            state, failures, losses, stop_requested, approval_id,
            (select max_concurrent > 0 from agents where agents.id = agent_id)
                or exists (select from provider_limits where connection in ('', provider_id))
        from tasks
        where id = any($1)
        order by id
        for no key update
        """;

    public static NpgsqlBatchCommand Lock(Guid[] ids)
    {
        var command = new NpgsqlBatchCommand(LockSql);
        command.Parameters.AddValue(ids);
        return command;
    }

    public static LockedTask ReadLocked(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        RunId = row.GetGuid(1),
        StreamId = row.GetGuid(2),
        AgentId = row.GetString(3),
        AgentVersion = row.GetInt32(4),
        Priority = row.GetInt32(5),
        Attempt = row.GetInt32(6),
        MaxAttempts = row.GetInt32(7),
        State = EnumText<TaskState>.Parse(row.GetString(8)),
        Failures = row.GetInt32(9),
        Losses = row.GetInt32(10),
        StopRequested = EnumText<RequestedStop>.Parse(row.GetString(11)),
        ApprovalId = row.IsDBNull(12) ? null : row.GetGuid(12),
        IsLimited = row.GetBoolean(13),
    };

    private const string UpdateSql = """
        update tasks
        set state = change.state,
            failures = change.failures,
            losses = change.losses,
            stop_requested = change.stop_requested,
            approval_id = change.approval_id,
            output = change.output,
            error_code = case when change.clears_error then null else coalesce(change.error_code, tasks.error_code) end,
            error_message = case when change.clears_error then null else coalesce(change.error_message, tasks.error_message) end,
            dead_letter = change.state = 'failed',
            available_at = clock_timestamp() + change.delay,
            finished_at = case when change.state in ('succeeded', 'failed', 'cancelled') then clock_timestamp() end,
            updated_at = clock_timestamp()
        from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            as change (id, state, failures, losses, stop_requested, approval_id, output, error_code, error_message, clears_error, delay)
        where tasks.id = change.id
        """;

    public static NpgsqlBatchCommand Update(IReadOnlyCollection<LockedTask> tasks)
    {
        var command = new NpgsqlBatchCommand(UpdateSql);
        command.Parameters.AddColumn(tasks, task => task.Id);
        command.Parameters.AddColumn(tasks, task => EnumText<TaskState>.Of(task.State));
        command.Parameters.AddColumn(tasks, task => task.Failures);
        command.Parameters.AddColumn(tasks, task => task.Losses);
        command.Parameters.AddColumn(tasks, task => EnumText<RequestedStop>.Of(task.StopRequested));
        command.Parameters.AddColumn(tasks, task => task.ApprovalId);
        command.Parameters.AddColumn(tasks, task => task.Output);
        command.Parameters.AddColumn(tasks, task => task.Error?.Code);
        command.Parameters.AddColumn(tasks, task => task.Error?.Message);
        command.Parameters.AddColumn(tasks, task => task.ClearsError);
        command.Parameters.AddColumn(tasks, task => task.Delay);
        return command;
    }
}
