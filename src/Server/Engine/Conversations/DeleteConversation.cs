using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Conversations;

internal sealed class DeleteConversation(Database database)
{
    /// <exception cref="EngineException">CONVERSATION_NOT_FOUND, TURN_RUNNING.</exception>
    public Task Execute(Guid id, CancellationToken cancellationToken) => database.InTransaction(
        async (transaction, token) =>
        {
            var locked = await LockedConversation.Lock(transaction, id, token);
            locked.RefuseWhileBusy();
            await QueuedMessageStore.Clear(transaction, id, token);
            transaction.Defer(ConversationStore.Delete(id));
        },
        cancellationToken);
}
