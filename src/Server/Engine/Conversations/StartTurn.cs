using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Events;
using Koda.Server.Engine.Tasks;
using Koda.Server.Engine.Usage;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Conversations;

/// <summary>Begins a turn in a locked conversation in which none runs.</summary>
internal sealed class StartTurn(TurnPlan plan, TaskNews news, QueueDepth depth)
{
    /// <returns>The events that tell of it, to be appended to the conversation's stream by the caller.</returns>
    public async Task<IReadOnlyList<NewEvent>> Execute(
        Transaction transaction, LockedConversation conversation, NewMessage message, PublishedAgent agent, CancellationToken cancellationToken)
    {
        var context = await plan.Make(transaction, conversation, message, agent, cancellationToken);
        var submission = new TaskSubmission
        {
            AgentId = agent.Id,
            Query = message.Content,
            Context = context,
            Principal = message.Principal,
            Traceparent = message.Traceparent,
        };
        var task = new NewTask(TaskIds.Next(), agent, submission) { StreamId = conversation.Id, Kind = RunKind.Turn };
        transaction.Defer(RunStore.Insert([task.Run]));
        transaction.Defer(TaskStore.Insert([task], await transaction.Time(cancellationToken)));
        transaction.Defer(ConversationStore.BeginTurn(conversation.Id, context.Turn!.Number, task.Id, agent.Id));
        news.SpreadQueued(transaction);
        transaction.AfterCommit(() => depth.Add(1));
        return
        [
            ConversationEvents.MessageSent(task.Id, context.Turn.Number, message),
            TaskEvents.Queued(
                task.Id, task.Id, agent.Id, agent.Version, priority: 0, TaskEvents.Principal(message.Principal), "submitted", query: null),
        ];
    }
}
