using Koda.Server.Engine.Tasks;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Conversations;

/// <summary>Deletes a conversation. The worker that holds its workspace removes its snapshots when it can.</summary>
internal sealed class DeleteConversation(Database database, StartOperation start)
{
    /// <exception cref="EngineException">CONVERSATION_NOT_FOUND, TURN_RUNNING.</exception>
    public Task Execute(Guid id, string principal, CancellationToken cancellationToken) => database.InTransaction(
        async (transaction, token) =>
        {
            var locked = await LockedConversation.Lock(transaction, id, token);
            locked.RefuseWhileBusy();
            await QueuedMessageStore.Clear(transaction, id, token);
            transaction.Defer(ConversationStore.Delete(id));
            if ((await ListSnapshots.Of(transaction.Connection, id, token)).Count > 0)
                await start.Execute(transaction, locked, new OperationContext(OperationKind.Forget, id, "", "", Turn: 0), principal, token);
        },
        cancellationToken);
}
