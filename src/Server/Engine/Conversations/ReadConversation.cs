using Koda.Server.Engine.Events;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Conversations;

/// <summary>Reads what happened in a conversation.</summary>
internal sealed class ReadConversation(Database database)
{
    /// <summary>The events of these kinds, oldest first.</summary>
    /// <exception cref="EngineException">CONVERSATION_NOT_FOUND.</exception>
    public Task<IReadOnlyList<Event>> Execute(Guid id, string[] kinds, CancellationToken cancellationToken) => database.Read(
        async (connection, token) =>
        {
            if (await ConversationStore.Get(connection, id, token) is null)
                throw GetConversation.NotFound();
            return await ConversationLog.Read(connection, id, kinds, long.MaxValue, token);
        },
        cancellationToken);

    /// <summary>The event that began the newest turn; 0 when there was none.</summary>
    public Task<long> LastTurn(Guid id, CancellationToken cancellationToken) => database.Read(
        (connection, token) => ConversationLog.LastMark(connection, id, ConversationEvents.MessageSentKind, token), cancellationToken);

    /// <summary>The event that ended the turn which began with the event <paramref name="turnSeq"/>; 0 when it has not ended.</summary>
    public Task<long> LastEnd(Guid id, long turnSeq, CancellationToken cancellationToken) => database.Read(
        (connection, token) => ConversationLog.LastEnd(connection, id, turnSeq, token), cancellationToken);
}
