using Koda.Server.Engine.Tasks;
using Koda.Server.Engine.Runs;
using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.Conversations;

internal static partial class ConversationStore
{
    private const string TurnColumns = """
        t.id, t.stream_id, (t.context::jsonb #>> '{turn,number}')::bigint, t.state, t.stop_requested, t.error_code, t.error_message,
        coalesce(open.progress, ''), t.approval_id, t.created_at, t.started_at, t.updated_at, t.finished_at,
        array(
            select s.agent_id || ' (' || s.title || ')' from subagents s
            where t.state = 'waiting' and t.approval_id is null and s.parent_task_id = t.id and s.settled_at is null
            order by s.conversation_id)
        """;

    private const string ColumnsSql = $"""
        select c.id, c.title, c.agent_id, c.provider, c.model, c.workspace, c.parent_id, c.branch_seq, c.created_at, c.updated_at,
            used.input_tokens, used.output_tokens, used.cached_input_tokens, used.cache_write_tokens, used.reasoning_tokens, used.cost_micros,
            used.model_calls, used.tool_calls, coalesce(last.input_tokens, 0),
            (select count(*)::int from queued_messages q where q.conversation_id = c.id), c.is_subagent,
            (select coalesce(sum(r.cost_micros), 0)::bigint
                from subagents s join runs r on r.stream_id = s.conversation_id and r.kind <> 'task' where s.parent_id = c.id), used.unpriced_calls, {TurnColumns}
        """;

    private const string JoinsSql = """
        cross join lateral (
            select coalesce(sum(input_tokens), 0)::bigint as input_tokens, coalesce(sum(output_tokens), 0)::bigint as output_tokens,
                coalesce(sum(cached_input_tokens), 0)::bigint as cached_input_tokens, coalesce(sum(cache_write_tokens), 0)::bigint as cache_write_tokens,
                coalesce(sum(reasoning_tokens), 0)::bigint as reasoning_tokens, coalesce(sum(cost_micros), 0)::bigint as cost_micros,
                coalesce(sum(model_calls), 0)::int as model_calls, coalesce(sum(tool_calls), 0)::int as tool_calls,
                coalesce(sum(unpriced_calls), 0)::int as unpriced_calls
            from runs
            where stream_id = c.id and kind <> 'task'
        ) as used
        left join lateral (
            select (usage::jsonb ->> 'input_tokens')::bigint as input_tokens
            from events
            where stream_id = c.id and kind = 'model.finished'
            order by seq desc
            limit 1
        ) as last on true
        left join tasks t on t.id = c.last_turn
        left join attempts open on open.task_id = t.id and open.ended_at is null
        """;

    private const string GetSql = $"{ColumnsSql} from conversations c {JoinsSql} where c.id = $1 and c.deleted_at is null";

    /// <summary>The conversation, or null when there is none, or none any more.</summary>
    public static async Task<ConversationRecord?> Get(NpgsqlConnection connection, Guid id, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(GetSql, connection);
        command.Parameters.AddValue(id);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Read(reader) : null;
    }

    // What is told of each is looked up by index, for those of the page only.
    private const string ListSql = $"""
        {ColumnsSql}
        from (
            select * from conversations
            where deleted_at is null and not is_subagent and ($1 = '' or workspace = $1) and (updated_at, id) < ($2, $3)
            order by updated_at desc, id desc
            limit $4
        ) as c
        {JoinsSql}
        order by c.updated_at desc, c.id desc
        """;

    /// <summary>Conversations, all or those of a workspace, the last used first, that come after a place in this order.</summary>
    public static async Task<List<ConversationRecord>> List(
        NpgsqlConnection connection, string workspace, ConversationPlace after, int limit, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ListSql, connection);
        command.Parameters.AddValue(workspace);
        command.Parameters.AddValue(after.UpdatedAt);
        command.Parameters.AddValue(after.Id);
        command.Parameters.AddValue(limit);
        var found = new List<ConversationRecord>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            found.Add(Read(reader));
        return found;
    }

    private const string GetTurnSql = $"""
        select {TurnColumns}
        from tasks t
        left join attempts open on open.task_id = t.id and open.ended_at is null
        where t.id = $2 and t.stream_id = $1 and t.context::jsonb ? 'turn'
        """;

    public static async Task<TurnRecord?> GetTurn(NpgsqlConnection connection, Guid id, Guid turn, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(GetTurnSql, connection);
        command.Parameters.AddValue(id);
        command.Parameters.AddValue(turn);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? ReadTurn(reader, 0) : null;
    }

    private const string ContextSizeSql = """
        select coalesce((
            select (usage::jsonb ->> 'input_tokens')::bigint + (usage::jsonb ->> 'output_tokens')::bigint
            from events
            where stream_id = $1 and kind = 'model.finished'
            order by seq desc
            limit 1), 0)
        """;

    /// <summary>How many tokens the last model call read and wrote: what the next one reads at least.</summary>
    public static async Task<long> ContextSize(NpgsqlConnection connection, Guid id, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ContextSizeSql, connection);
        command.Parameters.AddValue(id);
        return await command.ExecuteScalarAsync(cancellationToken) is long size ? size : 0;
    }

    private const string FindLockedSql = """
        select c.title, c.agent_id, c.provider, c.model, c.workspace, c.turns, c.last_turn, c.last_operation,
            exists (select from tasks t where t.id in (c.last_turn, c.last_operation) and t.state not in ('succeeded', 'failed', 'cancelled')),
            exists (select from subagents s where s.parent_id = c.id and s.settled_at is null), c.is_subagent
        from conversations c
        where c.id = $1 and c.deleted_at is null
        """;

    /// <summary>
    /// What decides about the next step of a conversation whose stream's head is locked. Null: there is none, or none any more.
    /// </summary>
    public static async Task<LockedConversation?> FindLocked(Transaction transaction, Guid id, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(FindLockedSql, transaction.Connection);
        command.Parameters.AddValue(id);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return null;
        return new LockedConversation
        {
            Id = id,
            Title = reader.GetString(0),
            AgentId = reader.GetString(1),
            Model = new ModelChoice(reader.GetString(2), reader.GetString(3)),
            Workspace = reader.GetString(4),
            Turns = reader.GetInt64(5),
            LastTurn = reader.IsDBNull(6) ? null : reader.GetGuid(6),
            LastOperation = reader.IsDBNull(7) ? null : reader.GetGuid(7),
            IsBusy = reader.GetBoolean(8),
            HasSubagents = reader.GetBoolean(9),
            IsSubagent = reader.GetBoolean(10),
        };
    }

    private static ConversationRecord Read(NpgsqlDataReader row) =>
        new()
        {
            Id = row.GetGuid(0),
            Title = row.GetString(1),
            AgentId = row.GetString(2),
            Model = new ModelChoice(row.GetString(3), row.GetString(4)),
            Workspace = row.GetString(5),
            ParentId = row.IsDBNull(6) ? null : row.GetGuid(6),
            BranchSeq = row.IsDBNull(7) ? null : row.GetInt64(7),
            CreatedAt = row.GetFieldValue<DateTimeOffset>(8),
            UpdatedAt = row.GetFieldValue<DateTimeOffset>(9),
            Usage = new UsageTotals(
                row.GetInt64(10),
                row.GetInt64(11),
                row.GetInt64(12),
                row.GetInt64(13),
                row.GetInt64(14),
                row.GetInt64(15),
                row.GetInt32(16),
                row.GetInt32(17),
                UnpricedCalls: row.GetInt32(22)),
            LastInputTokens = row.GetInt64(18),
            QueuedMessages = row.GetInt32(19),
            IsSubagent = row.GetBoolean(20),
            SubagentCostMicros = row.GetInt64(21),
            Turn = row.IsDBNull(23) ? null : ReadTurn(row, 23),
        };

    private static TurnRecord ReadTurn(NpgsqlDataReader row, int at) => new(
        row.GetGuid(at),
        row.GetGuid(at + 1),
        row.GetInt64(at + 2),
        EnumText<TaskState>.Parse(row.GetString(at + 3)),
        EnumText<RequestedStop>.Parse(row.GetString(at + 4)),
        row.IsDBNull(at + 5) ? null : new TaskFault(row.GetString(at + 5), row.GetString(at + 6)),
        row.GetString(at + 7),
        row.IsDBNull(at + 8) ? null : row.GetGuid(at + 8),
        row.GetFieldValue<DateTimeOffset>(at + 9),
        row.IsDBNull(at + 10) ? null : row.GetFieldValue<DateTimeOffset>(at + 10),
        row.GetFieldValue<DateTimeOffset>(at + 11),
        row.IsDBNull(at + 12) ? null : row.GetFieldValue<DateTimeOffset>(at + 12),
        row.GetFieldValue<string[]>(at + 13));
}
