namespace Koda.Server.Engine.Events;

/// <summary>
/// The live end of one stream on this server: hands each committed page once to every follower, in order. What other servers committed it
/// reads from the table, once for all followers.
/// </summary>
internal sealed class StreamTopic
{
    private readonly Lock _lock = new();
    private readonly List<StreamFollower> _followers = [];
    private readonly CoalescedRun _reading;

    // What every follower has, or has queued, or will read by itself. Null until the first of them has read up to the end of the table.
    private long? _head;

    /// <param name="readOn">Reads all pages after a sequence and hands each to its second argument, trying again until it succeeds.</param>
    public StreamTopic(Func<long, Action<IReadOnlyList<Event>>, Task> readOn) =>
        _reading = new CoalescedRun(() => readOn(Head ?? 0, HandOut));

    public bool IsEmpty
    {
        get
        {
            lock (_lock)
                return _followers.Count == 0;
        }
    }

    /// <summary>The last sequence that was handed out; null when it is not known yet.</summary>
    public long? Head
    {
        get
        {
            lock (_lock)
                return _head;
        }
    }

    public void Add(StreamFollower follower)
    {
        lock (_lock)
            _followers.Add(follower);
    }

    public void Remove(StreamFollower follower)
    {
        lock (_lock)
            _followers.Remove(follower);
    }

    /// <summary>A follower has read the table up to <paramref name="seq"/> and found no more.</summary>
    /// <returns>False when more was handed out meanwhile that the follower has not got: it must read again.</returns>
    public bool CaughtUp(StreamFollower follower, long seq)
    {
        lock (_lock)
        {
            _head ??= seq;
            return seq >= _head || follower.HasPages;
        }
    }

    /// <summary>This server committed these events.</summary>
    public void Publish(IReadOnlyList<Event> page)
    {
        lock (_lock)
        {
            if (_head is null || page[0].Seq <= _head + 1)
            {
                HandOut(page);
                return;
            }
        }
        // An earlier commit, here or on another server, has not been heard of yet. The table has it.
        _reading.Request();
    }

    /// <summary>Another server may have committed events.</summary>
    public void Changed()
    {
        lock (_lock)
        {
            if (_head is null)
            {
                _followers.ForEach(follower => follower.DemandReread());
                return;
            }
        }
        _reading.Request();
    }

    private void HandOut(IReadOnlyList<Event> page)
    {
        lock (_lock)
        {
            if (page[^1].Seq <= _head)
                return;
            _head = page[^1].Seq;
            _followers.ForEach(follower => follower.Offer(page));
        }
    }
}
