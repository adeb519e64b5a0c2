using Koda.Server.Engine.Tasks;
using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.Subagents;

internal static partial class SubagentStore
{
    private const string SelectSql = """
        select s.conversation_id, s.parent_id, s.call_id, s.task_id, s.agent_id, s.title, c.state, c.stop_requested, s.timed_out, coalesce(c.output, ''),
            c.error_code, c.error_message, (select coalesce(sum(cost_micros), 0)::bigint from runs where stream_id = s.conversation_id and kind <> 'task'),
            c.approval_id, s.asked_id, s.created_at, c.finished_at, c.attempt = 0
        from subagents s
        join tasks c on c.id = s.task_id
        """;

    private const string OpenSql = $"""
        {SelectSql}
        where s.parent_id = $1 and s.parent_task_id is not distinct from $2 and s.settled_at is null
        order by s.conversation_id
        """;

    /// <summary>Those of a turn, or those that no turn waits for, whose end the parent's stream has not told.</summary>
    public static Task<List<SubagentRecord>> Open(
        NpgsqlConnection connection,
        Guid parentId,
        Guid? parentTaskId,
        CancellationToken cancellationToken) => Read(connection, OpenSql, cancellationToken, parentId, parentTaskId);

    private const string ListSql = $"{SelectSql} where s.parent_id = $1 order by s.conversation_id";

    /// <summary>All subagents of a conversation, oldest first.</summary>
    public static Task<List<SubagentRecord>> List(NpgsqlConnection connection, Guid parentId, CancellationToken cancellationToken) =>
        Read(connection, ListSql, cancellationToken, parentId);

    private const string CountOpenSql = """
        select count(*)
        from subagents s
        join tasks c on c.id = s.task_id
        where s.parent_id = $1 and s.settled_at is null and c.state not in ('succeeded', 'failed', 'cancelled')
        """;

    /// <summary>How many subagents of a conversation work.</summary>
    public static async Task<long> CountOpen(NpgsqlConnection connection, Guid parentId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(CountOpenSql, connection);
        command.Parameters.AddValue(parentId);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private const string CallsSql = "select step, call_id from subagents where parent_task_id = $1";

    /// <summary>The calls of a turn that have their subagent already.</summary>
    public static async Task<HashSet<(int Step, string CallId)>> Calls(
        NpgsqlConnection connection, Guid? parentTaskId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(CallsSql, connection);
        command.Parameters.AddValue(parentTaskId);
        var calls = new HashSet<(int, string)>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            calls.Add((reader.GetInt32(0), reader.GetString(1)));
        return calls;
    }

    private const string CostSql = """
        select coalesce(sum(cost_micros), 0)::bigint
        from runs
        where kind <> 'task' and stream_id in (select conversation_id from subagents where parent_id = $1)
        """;

    /// <summary>What the subagents of a conversation cost together, in micro-dollars.</summary>
    public static async Task<long> Cost(NpgsqlConnection connection, Guid parentId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(CostSql, connection);
        command.Parameters.AddValue(parentId);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private const string ChoicesSql = """
        select a.id, v.definition::jsonb ->> 'description'
        from agents a
        join agent_versions v on v.agent_id = a.id and v.version = a.published_version
        where a.state = 'active' and v.definition::jsonb ->> 'mode' = 'subagent'
        order by a.id
        limit 50
        """;

    /// <summary>The agents that others may call.</summary>
    public static async Task<List<SubagentChoice>> Choices(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ChoicesSql, connection);
        var choices = new List<SubagentChoice>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            choices.Add(new SubagentChoice(reader.GetString(0), reader.IsDBNull(1) ? "" : reader.GetString(1)));
        return choices;
    }

    private const string PrincipalSql = "select principal from tasks where id = $1";

    /// <summary>Who began a turn.</summary>
    public static async Task<string> Principal(NpgsqlConnection connection, Guid taskId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(PrincipalSql, connection);
        command.Parameters.AddValue(taskId);
        return (string)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task<List<SubagentRecord>> Read(
        NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object?[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            if (value is Guid[] ids)
                command.Parameters.AddValue(ids);
            else
                command.Parameters.AddValue((Guid?)value);
        }
        var found = new List<SubagentRecord>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            found.Add(ReadRow(reader));
        return found;
    }

    private static SubagentRecord ReadRow(NpgsqlDataReader row) =>
        new(
            row.GetGuid(0),
            row.GetGuid(1),
            row.GetString(2),
            row.GetGuid(3),
            row.GetString(4),
            row.GetString(5),
            EnumText<TaskState>.Parse(row.GetString(6)),
            EnumText<RequestedStop>.Parse(row.GetString(7)),
            row.GetBoolean(8),
            row.GetString(9),
            row.IsDBNull(10) ? null : new TaskFault(row.GetString(10), row.GetString(11)),
            row.GetInt64(12),
            row.IsDBNull(13) ? null : row.GetGuid(13),
            row.IsDBNull(14) ? null : row.GetGuid(14),
            row.GetFieldValue<DateTimeOffset>(15),
            row.IsDBNull(16) ? null : row.GetFieldValue<DateTimeOffset>(16),
            row.GetBoolean(17));
}
