using Koda.Protos.Common.V1;
using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Attempts;
using Koda.Server.Engine.Conversations;
using Koda.Server.Engine.Events;
using Koda.Server.Engine.Idempotency;
using Koda.Server.Engine.Settings;
using Koda.Server.Engine.Tasks;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Subagents;

/// <summary>Starts a subagent for a person: it works beside the session, whose next turn begins with what it found.</summary>
internal sealed class StartSubagent(
    RunOnce once, CurrentSettings settings, AgentCatalog agents, QueueDepth depth, StartSubagents start, EventLog log)
{
    /// <returns>The subagent's conversation.</returns>
    /// <exception cref="EngineException">
    /// CONVERSATION_NOT_FOUND, AGENT_NOT_FOUND, AGENT_NOT_RUNNABLE, SUBAGENT_REFUSED, TASK_QUEUE_FULL, UNAVAILABLE.
    /// </exception>
    public async Task<Answer<ConversationRecord>> Execute(
        Guid id, SubagentRequest request, bool unattended, string principal, IdempotencyKey? key, Func<ConversationRecord, byte[]> encode,
        CancellationToken cancellationToken)
    {
        if (!(await settings.Read(cancellationToken)).Policy.AcceptTasks)
            throw SubmitTask.NotAccepted();
        await agents.Runnable(request.AgentId, cancellationToken);
        depth.Admit();
        var caller = new SubagentCaller(id, TaskId: null, id, principal) { Unattended = unattended };
        return await once.Execute(key, encode, (transaction, token) => Start(transaction, caller, request, token), cancellationToken);
    }

    private async Task<ConversationRecord> Start(
        Transaction transaction, SubagentCaller caller, SubagentRequest request, CancellationToken cancellationToken)
    {
        var parent = await LockedConversation.Lock(transaction, caller.ConversationId, cancellationToken);
        if (parent.IsSubagent)
            throw new EngineException(ErrorReason.SubagentRefused, "A subagent has no subagents of its own.");
        var started = (await start.Execute(transaction, parent, caller, [request], cancellationToken))[0];
        if (started.ConversationId is not { } child)
            throw new EngineException(ErrorReason.SubagentRefused, started.Refusal);
        await parent.Append(transaction, log, [started.Event], cancellationToken);
        await transaction.Flush(cancellationToken);
        return (await ConversationStore.Get(transaction.Connection, child, cancellationToken))!;
    }
}
