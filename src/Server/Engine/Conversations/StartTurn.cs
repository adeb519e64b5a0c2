using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Events;
using Koda.Server.Engine.Subagents;
using Koda.Server.Engine.Tasks;
using Koda.Server.Engine.Runs;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Conversations;

/// <summary>Begins a turn in a locked conversation in which none runs.</summary>
internal sealed class StartTurn(TurnPlan plan, WorkNews work, QueueDepth depth)
{
    /// <returns>The events that tell of it, to be appended to the conversation's stream by the caller.</returns>
    public async Task<IReadOnlyList<NewEvent>> Execute(
        Transaction transaction,
        LockedConversation conversation,
        NewMessage message,
        PublishedAgent agent,
        CancellationToken cancellationToken)
    {
        var context = await plan.Make(transaction, conversation, message, agent, cancellationToken);
        var background = await SubagentStore.Tell(transaction, conversation.Id, cancellationToken);
        return (await Execute(transaction, conversation, message, agent, context, parentRun: null, background, cancellationToken)).Events;
    }

    /// <summary>Begins a turn under conditions that are decided.</summary>
    /// <returns>The turn's id, and the events that tell of it.</returns>
    public async Task<(Guid Id, IReadOnlyList<NewEvent> Events)> Execute(
        Transaction transaction,
        LockedConversation conversation,
        NewMessage message,
        PublishedAgent agent,
        TaskContext context,
        Guid? parentRun,
        IReadOnlyList<SubagentRecord> background,
        CancellationToken cancellationToken)
    {
        var submission = new TaskSubmission
        {
            AgentId = agent.Id,
            Query = message.Content,
            Context = context,
            Principal = message.Principal,
            Traceparent = message.Traceparent,
        };
        var task = new NewTask(TaskIds.Next(), agent, submission)
        {
            StreamId = conversation.Id,
            Kind = RunKind.Turn,
            ParentRun = parentRun,
        };
        transaction.Defer(RunStore.Insert([task.Run]));
        transaction.Defer(TaskStore.Insert([task], await transaction.Time(cancellationToken)));
        transaction.Defer(ConversationStore.BeginTurn(conversation.Id, context.Turn!.Number, task.Id, agent.Id));
        work.Spread(transaction);
        transaction.AfterCommit(() => depth.Add(1));
        return (task.Id,
        [
            ConversationEvents.MessageSent(task.Id, context.Turn.Number, message, background),
            TaskEvents.Queued(
                task.Id, task.Id, agent.Id, agent.Version, priority: 0, TaskEvents.Principal(message.Principal), "submitted", query: null),
        ]);
    }
}
