using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.Approvals;

internal static partial class ApprovalStore
{
    private const string Columns = """
        id, task_id, agent_id, state, call_id, tool, arguments, preview, risk, digest, scope, answered_by, rationale, created_at, expires_at, answered_at,
        purpose, options, multiple, always_pattern, response
        """;

    private const string GetSql = $"select {Columns} from approvals where id = $1";

    public static async Task<ApprovalRecord?> Get(NpgsqlConnection connection, Guid id, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(GetSql, connection);
        command.Parameters.AddValue(id);
        var found = await ReadAll(command, cancellationToken);
        return found.SingleOrDefault();
    }

    private const string ListSql = $"""
        select {Columns}
        from approvals
        where ($1 = '' or state = $1) and ($2 = '00000000-0000-0000-0000-000000000000' or task_id = $2) and id < $3
        order by id desc
        limit $4
        """;

    /// <summary>Approvals older than <paramref name="before"/>, newest first. Empty state and id mean "any".</summary>
    public static async Task<List<ApprovalRecord>> List(
        NpgsqlConnection connection, string state, Guid taskId, Guid before, int limit, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ListSql, connection);
        command.Parameters.AddValue(state);
        command.Parameters.AddValue(taskId);
        command.Parameters.AddValue(before);
        command.Parameters.AddValue(limit);
        return await ReadAll(command, cancellationToken);
    }

    private const string ListPendingSql = $"""
        select {Columns}
        from approvals
        where state = 'pending' and ($1 = '' or agent_id = $1) and id > $2
        order by id
        limit $3
        """;

    /// <summary>What waits and was asked after <paramref name="after"/>, oldest first. An empty agent means any.</summary>
    public static async Task<List<ApprovalRecord>> ListPending(
        NpgsqlConnection connection, string agentId, Guid after, int limit, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ListPendingSql, connection);
        command.Parameters.AddValue(agentId);
        command.Parameters.AddValue(after);
        command.Parameters.AddValue(limit);
        return await ReadAll(command, cancellationToken);
    }

    private const string ListPendingInSql = $"""
        select {Columns}
        from approvals
        where state = 'pending' and task_id = any(array(
            select unnest(array[last_turn, last_operation]) from conversations where conversations.id = $1
            union all
            select subagents.task_id from subagents where subagents.parent_id = $1 and subagents.settled_at is null))
        order by id
        """;

    /// <summary>What a conversation waits for, and what its subagents do.</summary>
    public static async Task<List<ApprovalRecord>> ListPendingIn(
        NpgsqlConnection connection, Guid conversationId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ListPendingInSql, connection);
        command.Parameters.AddValue(conversationId);
        return await ReadAll(command, cancellationToken);
    }

    private const string FindInSql = $"""
        select {Columns}
        from approvals
        where id = $2 and task_id in (
            select tasks.id
            from tasks
            where tasks.id = approvals.task_id
                and (stream_id = $1 or stream_id in (select conversation_id from subagents where parent_id = $1)))
        """;

    /// <summary>A question of a conversation or of a subagent of it, answered or not. Null: it has none with this id.</summary>
    public static async Task<ApprovalRecord?> FindIn(
        NpgsqlConnection connection, Guid conversationId, Guid id, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(FindInSql, connection);
        command.Parameters.AddValue(conversationId);
        command.Parameters.AddValue(id);
        return (await ReadAll(command, cancellationToken)).SingleOrDefault();
    }

    // The state and the time are judged by the statement that changes them: of two answers at once, one finds nothing to change.
    private const string AnswerSql = $"""
        update approvals
        set state = $2, scope = $3, answered_by = $4, rationale = $5, response = $6, answered_at = clock_timestamp()
        where id = $1 and state = 'pending' and expires_at > clock_timestamp()
        returning {Columns}
        """;

    /// <summary>Answers a pending approval whose task is locked. Null: it is not pending any more, or its time is over.</summary>
    public static async Task<ApprovalRecord?> Answer(
        Transaction transaction, ApprovalAnswer answer, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(AnswerSql, transaction.Connection);
        command.Parameters.AddValue(answer.ApprovalId);
        command.Parameters.AddValue(EnumText<ApprovalState>.Of(answer.State));
        command.Parameters.AddValue(EnumText<ApprovalScope>.Of(answer.Scope));
        command.Parameters.AddValue(answer.Principal);
        command.Parameters.AddValue(answer.Rationale);
        command.Parameters.AddValue(answer.Response);
        var answered = await ReadAll(command, cancellationToken);
        return answered.SingleOrDefault();
    }

    private const string LockExpiredSql = """
        select tasks.id
        from approvals
        join tasks on tasks.id = approvals.task_id
        where approvals.state = 'pending' and approvals.expires_at <= clock_timestamp()
        order by tasks.id
        limit $1
        for no key update of tasks skip locked
        """;

    /// <summary>Locks tasks whose question is over its time.</summary>
    public static async Task<Guid[]> LockExpired(Transaction transaction, int limit, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(LockExpiredSql, transaction.Connection);
        command.Parameters.AddValue(limit);
        var ids = new List<Guid>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            ids.Add(reader.GetGuid(0));
        return [.. ids];
    }

    private const string ExpireSql = $"""
        update approvals
        set state = 'expired', answered_at = clock_timestamp()
        where task_id = any($1) and state = 'pending' and expires_at <= clock_timestamp()
        returning {Columns}
        """;

    /// <summary>Expires the questions of locked tasks.</summary>
    public static async Task<List<ApprovalRecord>> Expire(Transaction transaction, Guid[] taskIds, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ExpireSql, transaction.Connection);
        command.Parameters.AddValue(taskIds);
        return await ReadAll(command, cancellationToken);
    }

    private static async Task<List<ApprovalRecord>> ReadAll(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var approvals = new List<ApprovalRecord>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            approvals.Add(new ApprovalRecord(
                reader.GetGuid(0),
                reader.GetGuid(1),
                reader.GetString(2),
                EnumText<ApprovalState>.Parse(reader.GetString(3)),
                reader.GetString(4),
                reader.GetString(5),
                reader.GetString(6),
                reader.GetString(7),
                reader.GetString(8),
                reader.GetString(9),
                EnumText<ApprovalScope>.Parse(reader.GetString(10)),
                reader.GetString(11),
                reader.GetString(12),
                reader.GetFieldValue<DateTimeOffset>(13),
                reader.GetFieldValue<DateTimeOffset>(14),
                reader.IsDBNull(15) ? null : reader.GetFieldValue<DateTimeOffset>(15))
            {
                Purpose = EnumText<ApprovalPurpose>.Parse(reader.GetString(16)),
                Options = reader.GetFieldValue<string[]>(17),
                Multiple = reader.GetBoolean(18),
                AlwaysPattern = reader.GetString(19),
                Response = reader.GetString(20),
            });
        }
        return approvals;
    }
}
