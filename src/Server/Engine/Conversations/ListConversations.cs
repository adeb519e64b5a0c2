using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Conversations;

internal sealed class ListConversations(Database database)
{
    /// <summary>The most that one page has, and as many as it has when nobody says how many.</summary>
    public const int MaxLimit = 1000;

    /// <summary>Conversations, all or those of a workspace, the last used first.</summary>
    /// <exception cref="EngineException">INVALID_CURSOR, INVALID_REQUEST.</exception>
    public async Task<Page<ConversationRecord>> Execute(string workspace, int limit, string? cursor, CancellationToken cancellationToken)
    {
        var filters = "conversations" + workspace;
        var after = ConversationPlace.Of(ListCursor.Decode(filters, cursor));
        var size = Page.Limit(limit, MaxLimit, MaxLimit);
        var rows = await database.Read(
            (connection, token) => ConversationStore.List(connection, workspace, after, size + 1, token), cancellationToken);
        return Page.Of(rows, size, filters, conversation => new ConversationPlace(conversation.UpdatedAt, conversation.Id).ToString());
    }
}
