using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Conversations;

internal sealed class ListConversations(Database database)
{
    /// <summary>All conversations, or those of a workspace, the last used first.</summary>
    public Task<List<ConversationRecord>> Execute(string workspace, CancellationToken cancellationToken) =>
        database.Read((connection, token) => ConversationStore.List(connection, workspace, token), cancellationToken);
}
