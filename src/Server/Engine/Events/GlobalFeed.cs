using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Events;

/// <summary>
/// Reads the events of all streams in one order, in which the events of each stream keep theirs. Positions are drawn before the commit, so
/// a transaction that commits late leaves a place free that is filled later: nothing is read at or behind such a place.
/// </summary>
/// <remarks> A transaction has its id before it draws a position. So when every transaction has ended that had an id at some moment, every
/// position drawn before that moment is settled, for good: committed and visible, or never to appear.
/// </remarks>
internal sealed class GlobalFeed(Database database)
{
    private const int MinWindow = 1000;

    private readonly Lock _lock = new();
    private long _settled;
    private PositionMark? _pending;

    /// <summary>The oldest settled events after a position, at most <paramref name="limit"/>.</summary>
    public async Task<GlobalPage> Read(long afterPosition, int limit, CancellationToken cancellationToken)
    {
        var mark = await database.Read(GlobalQueries.MarkPosition, cancellationToken);
        var settled = Settle(mark);
        while (afterPosition < settled)
        {
            // Positions are all but dense, so a short range holds a page, and the block index finds it.
            var end = Math.Min(settled, afterPosition + Math.Max(limit, MinWindow));
            var events = await database.Read(
                (connection, token) => GlobalQueries.ReadRange(connection, afterPosition, end, limit, token), cancellationToken);
            if (events.Count > 0)
                return new GlobalPage(events, events.Count == limit ? events[^1].Position : end);
            afterPosition = end;
        }
        return new GlobalPage([], afterPosition);
    }

    /// <summary>The position up to which everything is settled.</summary>
    public async Task<long> Settled(CancellationToken cancellationToken) =>
        Settle(await database.Read(GlobalQueries.MarkPosition, cancellationToken));

    /// <summary>The last position that was drawn.</summary>
    public async Task<long> Last(CancellationToken cancellationToken) =>
        (await database.Read(GlobalQueries.MarkPosition, cancellationToken)).LastPosition;

    private long Settle(PositionMark mark)
    {
        lock (_lock)
        {
            if (mark.OldestRunning == mark.NextTransaction)
            {
                _settled = Math.Max(_settled, mark.LastPosition);
            }
            else if (_pending is null)
            {
                _pending = mark;
            }
            else if (mark.OldestRunning >= _pending.NextTransaction)
            {
                _settled = Math.Max(_settled, _pending.LastPosition);
                _pending = mark;
            }
            return _settled;
        }
    }
}
