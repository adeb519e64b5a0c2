using Koda.Server.Engine.Attempts;
using Koda.Server.Engine.Conversations;
using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.Subagents;

/// <summary>
/// The only writer of <c>subagents</c>. They change under the lock of the parent's turn, or of its stream where none waits.
/// </summary>
internal static partial class SubagentStore
{
    private const string InsertSql = """
        insert into subagents (conversation_id, parent_id, parent_task_id, step, call_id, task_id, agent_id, title, timeout, patience)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """;

    public static NpgsqlBatchCommand Insert(
        Guid conversationId, SubagentCaller caller, SubagentRequest request, Guid taskId, CodeSettings settings)
    {
        var command = new NpgsqlBatchCommand(InsertSql);
        command.Parameters.AddValue(conversationId);
        command.Parameters.AddValue(caller.ConversationId);
        command.Parameters.AddValue(caller.TaskId);
        command.Parameters.AddValue(request.Step);
        command.Parameters.AddValue(request.CallId);
        command.Parameters.AddValue(taskId);
        command.Parameters.AddValue(request.AgentId);
        command.Parameters.AddValue(request.Title);
        command.Parameters.AddValue(settings.SubagentTimeout);
        command.Parameters.AddValue(settings.SubagentPatience);
        return command;
    }

    private const string AskedSql = "update subagents set asked_id = $2 where conversation_id = $1";

    /// <summary>The parent's stream told of a question.</summary>
    public static NpgsqlBatchCommand Asked(Guid conversationId, Guid approvalId) => Update(AskedSql, conversationId, approvalId);

    private const string SettledSql = "update subagents set settled_at = clock_timestamp() where conversation_id = $1";

    /// <summary>The parent's stream told of the end.</summary>
    public static NpgsqlBatchCommand Settled(Guid conversationId) => Update(SettledSql, conversationId);

    private const string TimedOutSql = "update subagents set timed_out = true where conversation_id = $1";

    /// <summary>It is to be stopped because it ran, or waited for a worker, too long.</summary>
    public static NpgsqlBatchCommand TimedOut(Guid conversationId) => Update(TimedOutSql, conversationId);

    private const string TellSql = """
        update subagents s
        set told_at = clock_timestamp()
        where s.parent_id = $1 and s.parent_task_id is null and s.settled_at is not null and s.told_at is null
        returning s.conversation_id
        """;

    /// <summary>Marks the results that nobody waited for as told; the next turn begins with them.</summary>
    /// <returns>The subagents.</returns>
    public static async Task<List<SubagentRecord>> Tell(Transaction transaction, Guid parentId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(TellSql, transaction.Connection);
        command.Parameters.AddValue(parentId);
        var told = new List<Guid>();
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
                told.Add(reader.GetGuid(0));
        }
        return told.Count == 0
            ? []
            : await Read(
                transaction.Connection,
                $"{SelectSql} where s.conversation_id = any($1) order by s.conversation_id",
                cancellationToken,
                told.ToArray());
    }

    private static NpgsqlBatchCommand Update(string sql, params Guid[] ids)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var id in ids)
            command.Parameters.AddValue(id);
        return command;
    }
}
