using Koda.Protos.Common.V1;
using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Events;
using Koda.Server.Engine.Tasks;
using Koda.Server.Engine.Runs;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Conversations;

/// <summary>Queues work on the workspace of a locked conversation.</summary>
internal sealed class StartOperation(AgentCatalog agents, EventLog log, WorkNews work)
{
    /// <returns>The id of its task.</returns>
    public async Task<Guid> Execute(
        Transaction transaction,
        LockedConversation conversation,
        OperationContext operation,
        string principal,
        CancellationToken cancellationToken)
    {
        var agent = await AgentOf(transaction, conversation, cancellationToken);
        var submission = new TaskSubmission
        {
            AgentId = agent.Id,
            Query = "",
            Context = new TaskContext { Workspace = conversation.Workspace, Operation = operation },
            Principal = principal,
        };
        var task = new NewTask(TaskIds.Next(), agent, submission) { StreamId = conversation.Id, Kind = RunKind.Operation };
        transaction.Defer(RunStore.Insert([task.Run]));
        transaction.Defer(TaskStore.Insert([task], await transaction.Time(cancellationToken)));
        transaction.Defer(ConversationStore.BeginOperation(conversation.Id, task.Id));
        var queued = TaskEvents.Queued(
            task.Id, task.Id, agent.Id, agent.Version, priority: 0, TaskEvents.Principal(principal), "submitted", query: null);
        await conversation.Append(transaction, log, [queued], cancellationToken);
        work.Spread(transaction);
        return task.Id;
    }

    /// <summary>Workers are chosen by agent. One that was deleted meanwhile is no reason to leave the work undone.</summary>
    private async Task<PublishedAgent> AgentOf(
        Transaction transaction, LockedConversation conversation, CancellationToken cancellationToken)
    {
        try
        {
            return await agents.Find(transaction, conversation.AgentId, cancellationToken);
        }
        catch (EngineException refusal) when (refusal.Reason == ErrorReason.AgentNotFound)
        {
            return await agents.Find(transaction, BuiltInAgents.Engineer, cancellationToken);
        }
    }
}
