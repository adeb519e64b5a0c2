using Koda.Server.Engine.Runs;
using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.Tasks;

/// <summary>Reading tasks as people see them.</summary>
internal static partial class TaskStore
{
    private const string Columns = """
        t.id, t.run_id, t.stream_id, t.agent_id, t.agent_version, t.state, t.priority, t.attempt, t.failures, t.max_attempts,
        t.query, t.metadata, t.context, coalesce(open.progress, ''), t.output, t.error_code, t.error_message, t.stop_requested, t.approval_id,
        t.dead_letter, t.available_at, t.created_at, t.updated_at, t.started_at, t.finished_at, s.head_seq,
        r.input_tokens, r.output_tokens, r.cached_input_tokens, r.cache_write_tokens, r.reasoning_tokens, r.cost_micros, r.model_calls, r.tool_calls,
        waiting.reason, case when waiting.reason in ('provider_cooldown', 'provider_concurrency_limit') then waiting.connection else '' end, waiting.until,
        t.route, r.unpriced_calls
        """;

    // What a queued task waits for, by the rules of the claim.
    private const string Waiting = """
        left join lateral (
            select need.connection, cooldown.until, case
                when a.state in ('paused', 'archived') then 'agent_paused'
                when a.max_concurrent > 0 and a.max_concurrent <= (
                    select count(*) from (select from tasks where state = 'running' and agent_id = a.id limit a.max_concurrent) as running)
                    then 'agent_concurrency_limit'
                when cooldown.until is not null then 'provider_cooldown'
                when exists (
                    select from provider_load l
                    where l.provider_id = need.connection and l.model in ('', need.model) and l.running >= l.max_concurrent)
                    then 'provider_concurrency_limit'
                else 'no_worker_available' end as reason
            from agents a
            cross join lateral (
                select p.id as connection, coalesce(nullif(t.model, ''), p.default_model) as model
                from (select coalesce(nullif(t.connection, ''), (select id from default_connection)) as id) as named
                left join providers p on p.id = named.id
            ) as need
            cross join lateral (
                select max(c.until) as until
                from provider_cooldowns c
                where c.provider_id = need.connection and c.model in ('', need.model) and c.until > clock_timestamp()
            ) as cooldown
            where a.id = t.agent_id
        ) as waiting on t.state = 'queued'
        """;

    private const string Joins = $"""
        join runs r on r.id = t.run_id
        join streams s on s.id = t.stream_id
        left join attempts open on open.task_id = t.id and open.ended_at is null
        {Waiting}
        """;

    private const string GetSql = $"""
        select {Columns}
        from tasks t
        {Joins}
        where t.id = $1
        """;

    /// <summary>The task, or null when no task has this id.</summary>
    public static async Task<TaskRecord?> Get(NpgsqlConnection connection, Guid id, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(GetSql, connection);
        command.Parameters.AddValue(id);
        var found = await ReadAll(command, cancellationToken);
        return found.SingleOrDefault();
    }

    // Lists by agent walk that agent's runs, other lists walk the tasks: both in the order of ids, newest first, so a page costs the same
    // everywhere.
    private const string ListSql = $"""
        select {Columns}
        from tasks t
        {Joins}
        where r.kind = 'task' and ($1 = '' or r.agent_id = $1)
            and (cardinality($2) = 0 or t.state = any($2))
            and t.created_at >= $3
            and t.created_at < $4
            and t.id < $5
        order by t.id desc
        limit $6
        """;

    private const string ListByAgentSql = $"""
        select {Columns}
        from runs r
        join tasks t on t.id = r.id
        join streams s on s.id = t.stream_id
        left join attempts open on open.task_id = t.id and open.ended_at is null
        {Waiting}
        where r.kind = 'task' and r.agent_id = $1
            and (cardinality($2) = 0 or t.state = any($2))
            and t.created_at >= $3
            and t.created_at < $4
            and r.id < $5
        order by r.id desc
        limit $6
        """;

    private const string ListDeadLettersSql = $"""
        select {Columns}
        from tasks t
        {Joins}
        where t.dead_letter and r.kind = 'task'
            and ($1 = '' or t.agent_id = $1)
            and (cardinality($2) = 0 or t.state = any($2))
            and t.created_at >= $3
            and t.created_at < $4
            and t.id < $5
        order by t.id desc
        limit $6
        """;

    /// <summary>At most <paramref name="limit"/> tasks that match and are older than <paramref name="before"/>, newest first.</summary>
    public static async Task<List<TaskRecord>> List(
        NpgsqlConnection connection, TaskFilter filter, Guid before, int limit, CancellationToken cancellationToken)
    {
        var sql = filter.DeadLetters ? ListDeadLettersSql : filter.AgentId.Length > 0 ? ListByAgentSql : ListSql;
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddValue(filter.AgentId);
        command.Parameters.AddColumn(filter.States, EnumText<TaskState>.Of);
        command.Parameters.AddValue((filter.CreatedAfter ?? DateTimeOffset.UnixEpoch).UtcDateTime);
        command.Parameters.AddValue((filter.CreatedBefore ?? DateTimeOffset.MaxValue).UtcDateTime);
        command.Parameters.AddValue(before);
        command.Parameters.AddValue(limit);
        return await ReadAll(command, cancellationToken);
    }

    private static async Task<List<TaskRecord>> ReadAll(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var tasks = new List<TaskRecord>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            tasks.Add(ReadRecord(reader));
        return tasks;
    }

    private static TaskRecord ReadRecord(NpgsqlDataReader row) =>
        new()
        {
            Id = row.GetGuid(0),
            RunId = row.GetGuid(1),
            StreamId = row.GetGuid(2),
            AgentId = row.GetString(3),
            AgentVersion = row.GetInt32(4),
            State = EnumText<TaskState>.Parse(row.GetString(5)),
            Priority = row.GetInt32(6),
            Attempt = row.GetInt32(7),
            Failures = row.GetInt32(8),
            MaxAttempts = row.GetInt32(9),
            Query = row.GetString(10),
            Metadata = row.GetString(11),
            Context = EngineJson.Read<TaskContext>(row.GetString(12)),
            Progress = row.GetString(13),
            Output = row.IsDBNull(14) ? null : row.GetString(14),
            Error = row.IsDBNull(15) ? null : new TaskFault(row.GetString(15), row.GetString(16)),
            StopRequested = EnumText<RequestedStop>.Parse(row.GetString(17)),
            ApprovalId = row.IsDBNull(18) ? null : row.GetGuid(18),
            DeadLetter = row.GetBoolean(19),
            AvailableAt = Time(row, 20),
            CreatedAt = row.GetFieldValue<DateTimeOffset>(21),
            UpdatedAt = row.GetFieldValue<DateTimeOffset>(22),
            StartedAt = Time(row, 23),
            FinishedAt = Time(row, 24),
            LastEventSeq = row.GetInt64(25),
            Usage = new UsageTotals(
                row.GetInt64(26),
                row.GetInt64(27),
                row.GetInt64(28),
                row.GetInt64(29),
                row.GetInt64(30),
                row.GetInt64(31),
                row.GetInt32(32),
                row.GetInt32(33),
                UnpricedCalls: row.GetInt32(38)),
            QueueReason = row.IsDBNull(34) ? QueueReason.None : EnumText<QueueReason>.Parse(row.GetString(34)),
            Connection = row.GetString(35),
            CooldownUntil = Time(row, 36),
            Route = row.GetString(37),
        };

    private static DateTimeOffset? Time(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}
