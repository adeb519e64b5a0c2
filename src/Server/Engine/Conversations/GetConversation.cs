using Koda.Protos.Common.V1;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Conversations;

internal sealed class GetConversation(Database database)
{
    /// <exception cref="EngineException">CONVERSATION_NOT_FOUND.</exception>
    public Task<ConversationRecord> Execute(Guid id, CancellationToken cancellationToken) =>
        database.Read(
            async (connection, token) => await ConversationStore.Get(connection, id, token) ?? throw NotFound(), cancellationToken);

    public static EngineException NotFound() =>
        new(ErrorReason.ConversationNotFound, "No session has this id: there was none, or it is deleted.");
}
