using Koda.Protos.Common.V1;
using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Events;
using Koda.Server.Engine.Idempotency;
using Koda.Server.Engine.Tasks;

namespace Koda.Server.Engine.Conversations;

internal sealed class CreateConversation(RunOnce once, AgentCatalog agents, ModelChoices models, WorkspaceRules workspaces, EventLog log)
{
    private const int MaxTitle = 500;

    /// <summary>Creates a conversation; when it returns, it is committed.</summary>
    /// <exception cref="EngineException">INVALID_REQUEST: no such agent or model, or the workspace is not an absolute path.
    /// WORKSPACE_REFUSED, WORKSPACE_NOT_SERVED.</exception>
    public async Task<Answer<ConversationRecord>> Execute(
        ConversationRequest request, IdempotencyKey? key, Func<ConversationRecord, byte[]> encode, CancellationToken cancellationToken)
    {
        var faults = Faults(request);
        var agentId = await AgentOf(request.AgentId, faults, cancellationToken);
        var model = await models.Find(request.ModelId, faults, cancellationToken);
        if (faults.Count > 0)
            throw EngineException.Invalid("The session cannot be created like this", faults);
        await workspaces.Check(request.Workspace, cancellationToken);
        var conversation = new NewConversation(
            Guid.CreateVersion7(), StorableText.Of(request.Title), agentId, model, StorableText.Of(request.Workspace), request.Principal);
        return await once.Execute(
            key, encode,
            async (transaction, token) =>
            {
                transaction.Defer(ConversationStore.Insert(conversation));
                await log.Append(
                    transaction, [new StreamAppend(conversation.Id, [ConversationEvents.Created(conversation)], IsNew: true)], token);
                await transaction.Flush(token);
                return (await ConversationStore.Get(transaction.Connection, conversation.Id, token))!;
            },
            cancellationToken);
    }

    /// <summary>The agent's id as the agent has it.</summary>
    internal async Task<string> AgentOf(string id, Dictionary<string, string> faults, CancellationToken cancellationToken)
    {
        try
        {
            return (await agents.Runnable(id, cancellationToken)).Id;
        }
        catch (EngineException refusal) when (refusal.Reason is ErrorReason.AgentNotFound or ErrorReason.AgentNotRunnable)
        {
            faults["agent_id"] = refusal.Message;
            return id;
        }
    }

    internal static Dictionary<string, string> Faults(ConversationRequest request)
    {
        var faults = new Dictionary<string, string>();
        if (request.Workspace.Length > 0 && !request.Workspace.StartsWith('/'))
            faults["workspace"] = "must be an absolute path";
        if (request.Title.Length > MaxTitle)
            faults["title"] = $"has more than {MaxTitle} characters";
        return faults;
    }
}

/// <summary>A conversation to be created.</summary>
internal sealed record ConversationRequest(string AgentId, string ModelId, string Title, string Workspace, string Principal);
