using Koda.Protos.Common.V1;
using Koda.Server.Engine.Events;
using Koda.Server.Engine.Idempotency;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Conversations;

/// <summary>Begins a conversation with what was said in another one up to a message. All of it is copied, or nothing.</summary>
internal sealed class BranchConversation(RunOnce once, EventLog log)
{
    /// <exception cref="EngineException">CONVERSATION_NOT_FOUND, MESSAGE_NOT_FOUND, TURN_RUNNING.</exception>
    public Task<Answer<ConversationRecord>> Execute(
        Guid id,
        string messageId,
        string principal,
        IdempotencyKey? key,
        Func<ConversationRecord, byte[]> encode,
        CancellationToken cancellationToken) =>
        once.Execute(key, encode, (transaction, token) => Branch(transaction, id, messageId, principal, token), cancellationToken);

    private async Task<ConversationRecord> Branch(
        Transaction transaction, Guid id, string messageId, string principal, CancellationToken cancellationToken)
    {
        var source = await LockedConversation.Lock(transaction, id, cancellationToken);
        source.RefuseWhileBusy();
        var seq = MessageIds.SeqIn(id, messageId) ?? throw NoMessage();
        var copied = await ConversationLog.Read(transaction.Connection, id, ConversationLog.Copied, seq, cancellationToken);
        if (copied.Count == 0 || copied[^1].Seq != seq || !ConversationLog.IsMessage(copied[^1].Kind))
            throw NoMessage();
        var turns = copied.Count(entry => entry.Kind == ConversationEvents.MessageSentKind);
        var branch = new NewConversation(
            Guid.CreateVersion7(), source.Title, source.AgentId, source.Model, source.Workspace, principal, id, seq, turns);
        transaction.Defer(ConversationStore.Insert(branch));
        // Without its usage a copied answer costs the branch nothing.
        IEnumerable<NewEvent> events = copied.Select(entry => new NewEvent(
            entry.Kind, entry.Actor, entry.RunId, entry.Attempt, entry.Payload));
        await log.Append(
            transaction, [new StreamAppend(branch.Id, [ConversationEvents.Created(branch), .. events], IsNew: true)], cancellationToken);
        await transaction.Flush(cancellationToken);
        return (await ConversationStore.Get(transaction.Connection, branch.Id, cancellationToken))!;
    }

    private static EngineException NoMessage() => new(ErrorReason.MessageNotFound, "The session has no message with this id.");
}
