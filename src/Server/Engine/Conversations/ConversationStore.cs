using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.Conversations;

/// <summary>The only writer of <c>conversations</c>. They change under the lock of their stream's head.</summary>
internal static partial class ConversationStore
{
    private const string InsertSql = """
        insert into conversations (id, title, agent_id, provider, model, workspace, parent_id, branch_seq, principal, turns, is_subagent)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """;

    public static NpgsqlBatchCommand Insert(NewConversation conversation)
    {
        var command = new NpgsqlBatchCommand(InsertSql);
        command.Parameters.AddValue(conversation.Id);
        command.Parameters.AddValue(conversation.Title);
        command.Parameters.AddValue(conversation.AgentId);
        command.Parameters.AddValue(conversation.Model.Provider);
        command.Parameters.AddValue(conversation.Model.Model);
        command.Parameters.AddValue(conversation.Workspace);
        command.Parameters.AddValue(conversation.ParentId);
        command.Parameters.AddValue(conversation.BranchSeq);
        command.Parameters.AddValue(conversation.Principal);
        command.Parameters.AddValue(conversation.Turns);
        command.Parameters.AddValue(conversation.IsSubagent);
        return command;
    }

    private const string BeginTurnSql = """
        update conversations set turns = $2, last_turn = $3, agent_id = $4, updated_at = clock_timestamp() where id = $1
        """;

    public static NpgsqlBatchCommand BeginTurn(Guid id, long number, Guid turn, string agentId)
    {
        var command = new NpgsqlBatchCommand(BeginTurnSql);
        command.Parameters.AddValue(id);
        command.Parameters.AddValue(number);
        command.Parameters.AddValue(turn);
        command.Parameters.AddValue(agentId);
        return command;
    }

    private const string BeginOperationSql = "update conversations set last_operation = $2, updated_at = clock_timestamp() where id = $1";

    public static NpgsqlBatchCommand BeginOperation(Guid id, Guid operation)
    {
        var command = new NpgsqlBatchCommand(BeginOperationSql);
        command.Parameters.AddValue(id);
        command.Parameters.AddValue(operation);
        return command;
    }

    private const string TouchSql = """
        update conversations set updated_at = clock_timestamp(), title = case when title = '' then $2 else title end where id = $1
        """;

    /// <summary>Something happened in the conversation; a title is taken when it has none.</summary>
    public static NpgsqlBatchCommand Touch(Guid id, string title)
    {
        var command = new NpgsqlBatchCommand(TouchSql);
        command.Parameters.AddValue(id);
        command.Parameters.AddValue(title);
        return command;
    }

    private const string ChangeSql = """
        update conversations set agent_id = $2, provider = $3, model = $4, title = $5, updated_at = clock_timestamp() where id = $1
        """;

    public static NpgsqlBatchCommand Change(Guid id, string agentId, ModelChoice model, string title)
    {
        var command = new NpgsqlBatchCommand(ChangeSql);
        command.Parameters.AddValue(id);
        command.Parameters.AddValue(agentId);
        command.Parameters.AddValue(model.Provider);
        command.Parameters.AddValue(model.Model);
        command.Parameters.AddValue(title);
        return command;
    }

    private const string DeleteSql = """
        with orphaned as (
            update conversations set parent_id = null where parent_id = $1 and not is_subagent
        )
        update conversations set deleted_at = clock_timestamp() where id = $1 or (parent_id = $1 and is_subagent)
        """;

    /// <summary>
    /// Hides the conversation and its subagents'; its branches forget their parent. The log stays, as it does for everything.
    /// </summary>
    public static NpgsqlBatchCommand Delete(Guid id)
    {
        var command = new NpgsqlBatchCommand(DeleteSql);
        command.Parameters.AddValue(id);
        return command;
    }
}

/// <summary>A conversation that is about to be stored.</summary>
internal sealed record NewConversation(
    Guid Id,
    string Title,
    string AgentId,
    ModelChoice Model,
    string Workspace,
    string Principal,
    Guid? ParentId = null,
    long? BranchSeq = null,
    long Turns = 0)
{
    /// <summary>It is the work of a subagent of <see cref="ParentId"/>.</summary>
    public bool IsSubagent { get; init; }
}
