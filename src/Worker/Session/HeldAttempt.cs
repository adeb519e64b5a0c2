using Koda.Protos.Worker.V1;

namespace Koda.Worker.Session;

/// <summary>An attempt that this worker holds, from its offer until the server has closed it.</summary>
internal sealed class HeldAttempt : IAttemptReports, IDisposable
{
    private readonly Lock _gate = new();
    private readonly AttemptEvents _events;
    private readonly Action<HeldAttempt> _ready;
    private bool _acceptSent;
    private bool _acceptSeen;
    private AttemptOutcome? _outcome;
    private IReadOnlyList<ReportedEvent> _lastEvents = [];
    private bool _outcomeSent;
    private ProviderPause? _pause;
    private string _progress = "";
    private long? _renewalSentAt;
    private long _renewedAt;
    private volatile bool _dropped;

    /// <param name="assignment">The offer.</param>
    /// <param name="time">The clock that leases are judged by on this side.</param>
    /// <param name="ready">Called, outside of any lock, when the attempt has something to send.</param>
    public HeldAttempt(Assignment assignment, TimeProvider time, Action<HeldAttempt> ready)
    {
        Assignment = assignment;
        Time = time;
        _ready = ready;
        _events = new AttemptEvents(assignment.Attempt);
        _renewedAt = time.GetTimestamp();
        Stop = new AttemptStop(time);
    }

    public Assignment Assignment { get; }

    public AttemptRef Ref => Assignment.Attempt;

    public TimeProvider Time { get; }

    public AttemptStop Stop { get; }

    /// <summary>Whether the attempt is not this worker's any more; nothing of it is sent.</summary>
    public bool Dropped => _dropped;

    /// <summary>Whether the attempt ended and only waits for the server to say so.</summary>
    public bool Ended
    {
        get
        {
            lock (_gate)
                return _outcome is not null;
        }
    }

    public void Report(ReportedEvent reported)
    {
        _events.Add(reported);
        _ready(this);
    }

    public Task Committed(CancellationToken cancellationToken) => _events.Committed(cancellationToken);

    public Task Room(CancellationToken cancellationToken) => _events.Room(cancellationToken);

    public void Pause(ProviderPause pause)
    {
        pause.Attempt = Ref;
        lock (_gate)
            _pause = pause;
        _ready(this);
    }

    public void Progress(string text)
    {
        lock (_gate)
            _progress = text;
    }

    /// <summary>Ends the attempt. The events that are still queued go with the end.</summary>
    public void End(AttemptOutcome outcome)
    {
        lock (_gate)
        {
            _lastEvents = _events.TakeQueued();
            _outcome = outcome;
        }
        _ready(this);
    }

    /// <summary>Gives the attempt up at once and without a report.</summary>
    public void Drop()
    {
        _dropped = true;
        Stop.AtOnce(StopReason.Unspecified);
    }

    /// <summary>Adds what is ready to be sent while <paramref name="budget"/> bytes are left.</summary>
    /// <returns>False when more is ready than the budget allowed.</returns>
    public bool Collect(WorkRequest message, ref int budget)
    {
        if (_dropped)
            return true;
        lock (_gate)
        {
            if (!_acceptSent)
            {
                message.Accepts.Add(Ref);
                _acceptSent = true;
            }
            // A pause that gets lost with a connection is told by the next refusal.
            if (_pause is { } pause)
                message.ProviderPauses.Add(pause);
            _pause = null;
            if (!_events.Collect(message, ref budget))
                return false;
            // The end waits for the events before it, so that no order of commits can put it first.
            if (_outcome is null || _outcomeSent || !_events.AllCommitted)
                return true;
            _outcome.AddTo(message, Ref, _lastEvents);
            _outcomeSent = true;
            budget -= 256;
            return true;
        }
    }

    /// <summary>A renewal of the lease, or null when the attempt needs none.</summary>
    public Renewal? Renew()
    {
        lock (_gate)
        {
            if (_dropped || _outcomeSent)
                return null;
            _renewalSentAt ??= Time.GetTimestamp();
            return new Renewal { Attempt = Ref, Progress = _progress };
        }
    }

    /// <summary>Names the attempt in a hello, which renews its lease.</summary>
    public AttemptRef Rejoin()
    {
        lock (_gate)
            _renewalSentAt = Time.GetTimestamp();
        return Ref;
    }

    public void Renewed()
    {
        lock (_gate)
        {
            _acceptSeen = true;
            // The renewal may have been sent long before the server said that the lease is held.
            if (_renewalSentAt is { } sent && sent > _renewedAt)
                _renewedAt = sent;
            _renewalSentAt = null;
        }
    }

    /// <summary>The server cannot renew leases for now, so this one does not end for that.</summary>
    public void Hold()
    {
        lock (_gate)
            _renewedAt = Time.GetTimestamp();
    }

    public void Recorded(long batch)
    {
        lock (_gate)
            _acceptSeen = true;
        _events.Recorded(batch);
        _ready(this);
    }

    /// <summary>Whether the lease ran out by this side's clock: the attempt may already be another worker's.</summary>
    public bool LeaseOver(TimeSpan lease)
    {
        lock (_gate)
            return _outcome is null && Time.GetElapsedTime(_renewedAt) > lease;
    }

    /// <summary>Has everything that the server has not confirmed sent once more, over a new connection.</summary>
    public void SendAgain()
    {
        lock (_gate)
        {
            _acceptSent = _acceptSeen;
            _outcomeSent = false;
        }
        _events.SendAgain();
        _ready(this);
    }

    public void Dispose() => Stop.Dispose();
}
