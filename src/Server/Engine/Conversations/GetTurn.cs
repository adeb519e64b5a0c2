using Koda.Protos.Common.V1;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Conversations;

internal sealed class GetTurn(Database database)
{
    /// <summary>A turn of a conversation.</summary>
    /// <exception cref="EngineException">CONVERSATION_NOT_FOUND, TURN_NOT_FOUND.</exception>
    public Task<TurnRecord> Execute(Guid conversationId, Guid turn, CancellationToken cancellationToken) => database.Read(
        async (connection, token) =>
        {
            if (await ConversationStore.Get(connection, conversationId, token) is null)
                throw GetConversation.NotFound();
            return await ConversationStore.GetTurn(connection, conversationId, turn, token) ?? throw NotFound();
        },
        cancellationToken);

    private static EngineException NotFound() => new(ErrorReason.TurnNotFound, "The session has no such turn.");
}
