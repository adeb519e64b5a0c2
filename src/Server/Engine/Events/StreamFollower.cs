using System.Threading.Channels;

namespace Koda.Server.Engine.Events;

/// <summary>One reader of a stream's live end. Its queue is short: a reader that falls behind goes back to the table.</summary>
internal sealed class StreamFollower
{
    private const int Capacity = 64;

    private readonly Channel<IReadOnlyList<Event>> _pages = Channel.CreateBounded<IReadOnlyList<Event>>(
        new BoundedChannelOptions(Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private volatile bool _mustReread;

    /// <summary>True when pages were left out since the last <see cref="BeginReread"/>.</summary>
    public bool MustReread => _mustReread;

    public bool HasPages => _pages.Reader.Count > 0;

    /// <summary>Forgets what is queued. Whatever is committed from now on is queued again, or sets <see cref="MustReread"/>.</summary>
    public void BeginReread()
    {
        _mustReread = false;
        while (_pages.Reader.TryRead(out _))
        {
        }
    }

    /// <summary>The next page, possibly empty, possibly with events that the reader has.</summary>
    public ValueTask<IReadOnlyList<Event>> Next(CancellationToken cancellationToken) => _pages.Reader.ReadAsync(cancellationToken);

    public void Offer(IReadOnlyList<Event> page)
    {
        if (!_pages.Writer.TryWrite(page))
            _mustReread = true;
    }

    public void DemandReread()
    {
        _mustReread = true;
        // Wakes a reader that waits; one with a full queue does not.
        _pages.Writer.TryWrite([]);
    }
}
