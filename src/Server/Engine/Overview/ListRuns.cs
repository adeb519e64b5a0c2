using Koda.Server.Engine.Events;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Overview;

/// <summary>A page of runs, and the place in the log after which a feed tells every change that it does not show.</summary>
internal sealed record RunPage(Page<RunRecord> Page, long Position);

/// <summary>Lists root runs of every kind, newest first.</summary>
internal sealed class ListRuns(Database database, GlobalFeed feed)
{
    private static readonly Guid s_newest = Guid.AllBitsSet;

    /// <exception cref="EngineException">INVALID_CURSOR, INVALID_REQUEST.</exception>
    public async Task<RunPage> Execute(RunFilter filter, int limit, string? cursor, CancellationToken cancellationToken)
    {
        var size = Page.Limit(limit);
        var before = ListCursor.DecodeId(filter.Fingerprint, cursor) ?? s_newest;
        // Before the list: what changes meanwhile is told once too often rather than never.
        var position = await feed.Settled(cancellationToken);
        var rows = await database.Read(
            (connection, token) => RunQueries.List(connection, filter, before, size + 1, token), cancellationToken);
        return new RunPage(Page.Of(rows, size, filter.Fingerprint, run => run.Id.ToString("N")), position);
    }
}
