namespace Koda.Server.Engine.Sessions;

/// <summary>Lists the sessions, newest first.</summary>
internal sealed class ListSessions(SessionStore sessions)
{
    private const string Filters = "sessions";

    public async Task<Page<SessionRecord>> Execute(int limit, string? cursor, CancellationToken cancellationToken)
    {
        var size = Page.Limit(limit);
        var rows = await sessions.List(ListCursor.DecodeId(Filters, cursor), size + 1, cancellationToken);
        return Page.Of(rows, size, Filters, session => session.Id.ToString("N"));
    }
}
