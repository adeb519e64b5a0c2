using Koda.Protos.Common.V1;
using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Events;
using Koda.Server.Engine.Idempotency;
using Koda.Server.Engine.Settings;
using Koda.Server.Engine.Tasks;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Conversations;

/// <summary>Takes a message: it begins a turn, or waits until the one that runs has ended.</summary>
internal sealed class SendMessage(
    RunOnce once,
    CurrentSettings settings,
    GetConversation getConversation,
    AgentCatalog agents,
    QueueDepth depth,
    WorkspaceRules workspaces,
    StartTurn start,
    EventLog log)
{
    private const int MaxQueued = 50;

    /// <summary>When it returns, the message is committed.</summary>
    /// <exception cref="EngineException"> CONVERSATION_NOT_FOUND, AGENT_NOT_FOUND, AGENT_NOT_RUNNABLE; TURN_RUNNING: a turn runs, and the
    /// message is not to wait; WORKSPACE_REFUSED, WORKSPACE_NOT_SERVED, TASK_QUEUE_FULL, UNAVAILABLE.
    /// </exception>
    public async Task<Answer<ConversationRecord>> Execute(
        Guid id,
        NewMessage message,
        bool mayWait,
        IdempotencyKey? key,
        Func<ConversationRecord, byte[]> encode,
        CancellationToken cancellationToken)
    {
        if (!(await settings.Read(cancellationToken)).Policy.AcceptTasks)
            throw SubmitTask.NotAccepted();
        var conversation = await getConversation.Execute(id, cancellationToken);
        await workspaces.Check(conversation.Workspace, cancellationToken);
        var agent = await agents.Runnable(message.AgentId.Length > 0 ? message.AgentId : conversation.AgentId, cancellationToken);
        depth.Admit();
        var storable = message with { Content = StorableText.Of(message.Content) };
        return await once.Execute(
            key, encode, (transaction, token) => Send(transaction, id, storable, mayWait, agent, token), cancellationToken);
    }

    private async Task<ConversationRecord> Send(
        Transaction transaction, Guid id, NewMessage message, bool mayWait, PublishedAgent agent, CancellationToken cancellationToken)
    {
        var locked = await LockedConversation.Lock(transaction, id, cancellationToken);
        if (!locked.IsBusy)
            await locked.Append(
                transaction, log, await start.Execute(transaction, locked, message, agent, cancellationToken), cancellationToken);
        else if (mayWait)
            await Queue(transaction, id, message, cancellationToken);
        else
            locked.RefuseWhileBusy();
        await transaction.Flush(cancellationToken);
        return (await ConversationStore.Get(transaction.Connection, id, cancellationToken))!;
    }

    private static async Task Queue(Transaction transaction, Guid id, NewMessage message, CancellationToken cancellationToken)
    {
        var waiting = (await ConversationStore.Get(transaction.Connection, id, cancellationToken))!.QueuedMessages;
        if (waiting >= MaxQueued)
            throw new EngineException(ErrorReason.TaskQueueFull, $"{MaxQueued} messages wait in this session, which is the limit.");
        transaction.Defer(QueuedMessageStore.Insert(id, message));
    }
}
