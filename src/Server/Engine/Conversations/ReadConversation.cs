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

    /// <summary>Whether somebody who has seen the event <paramref name="seen"/> has seen the end of the turn that began with the event
    /// <paramref name="turnSeq"/>. False when there never was such an event.</summary>
    public Task<bool> HasNothingAfter(Guid id, long turnSeq, long seen, CancellationToken cancellationToken) => database.Read(
        (connection, token) => ConversationLog.HasNothingAfter(connection, id, turnSeq, seen, token), cancellationToken);
}
