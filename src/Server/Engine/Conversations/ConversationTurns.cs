using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Subagents;
using Koda.Server.Engine.Tasks;
using Koda.Server.Engine.Runs;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Conversations;

/// <summary>
/// Ends turns in their conversations, takes titles that workers found, and begins the turn of the message that waited longest.
/// </summary>
internal sealed class ConversationTurns(AgentCatalog agents, StartTurn start) : ITaskListener
{
    private const int LongestTitle = 200;

    public async Task Saving(Transaction transaction, LockedTask task, CancellationToken cancellationToken)
    {
        foreach (var titled in task.Events.Where(entry => entry.Kind == ConversationEvents.TitledKind))
            transaction.Defer(ConversationStore.Touch(task.StreamId, Shortened(ConversationEvents.TitleIn(titled))));
        if (!task.Changed || !TaskStateMachine.IsFinal(task.State))
            return;
        if (await ConversationStore.FindLocked(transaction, task.StreamId, cancellationToken) is not { } conversation)
            return;
        if (conversation.LastTurn == task.Id)
            await EndTurn(transaction, task, cancellationToken);
        transaction.Defer(ConversationStore.Touch(conversation.Id, title: ""));
        await GoOn(transaction, task, conversation, cancellationToken);
    }

    private static async Task EndTurn(Transaction transaction, LockedTask task, CancellationToken cancellationToken)
    {
        var turn = (await TaskStore.Get(transaction.Connection, task.Id, cancellationToken))!.Context.Turn!;
        // What this very change reports is not stored yet.
        var ofTurn = await RunStore.OfConversation(transaction.Connection, task.StreamId, task.RunId, cancellationToken) + task.Used;
        var ofAll = await RunStore.OfConversation(transaction.Connection, task.StreamId, Guid.Empty, cancellationToken) + task.Used;
        var subagents = await SubagentStore.Cost(transaction.Connection, task.StreamId, cancellationToken);
        var context = await ConversationStore.ContextSize(transaction.Connection, task.StreamId, cancellationToken);
        task.Events.Add(ConversationEvents.TurnEnded(task, turn, new TurnSums(ofTurn, ofAll, subagents, context)));
    }

    private async Task GoOn(Transaction transaction, LockedTask task, LockedConversation conversation, CancellationToken cancellationToken)
    {
        while (await QueuedMessageStore.Take(transaction, conversation.Id, cancellationToken) is { } next)
        {
            try
            {
                var agent = await agents.Runnable(
                    transaction, next.AgentId.Length > 0 ? next.AgentId : conversation.AgentId, cancellationToken);
                task.Events.AddRange(await start.Execute(transaction, conversation, next, agent, cancellationToken));
                return;
            }
            catch (EngineException refusal)
            {
                var fault = new TaskFault("message.refused", refusal.Message);
                task.Events.Add(ConversationEvents.MessageRefused(conversation.Id, next, fault));
            }
        }
    }

    private static string Shortened(string title)
    {
        return StorableText.Cut(StorableText.Of(title).ReplaceLineEndings(" ").Trim(), LongestTitle);
    }
}
