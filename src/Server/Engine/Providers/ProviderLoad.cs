using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Providers;

/// <summary>
/// Knows whether any limit or cooldown of a connection may exist. Where there is none, which is the rule, claims need not look for them. It
/// errs on the side of looking: news of a change, and the time, make every server look again.
/// </summary>
internal sealed class ProviderLoad
{
    private const string Topic = "provider-load";

    // News can be lost; this is how long a claim may overlook a limit then.
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromSeconds(5);

    private readonly Broadcast _broadcast;
    private readonly TimeProvider _clock;
    private readonly Lock _gate = new();
    private long _changes;
    private long? _freeSince;

    public ProviderLoad(Broadcast broadcast, TimeProvider clock)
    {
        _broadcast = broadcast;
        _clock = clock;
        broadcast.OnChange(Topic, _ => Look());
    }

    /// <summary>How many changes were heard of. To be read before looking.</summary>
    public long Changes
    {
        get
        {
            lock (_gate)
                return _changes;
        }
    }

    /// <summary>There may be limits or cooldowns.</summary>
    public bool MayExist
    {
        get
        {
            lock (_gate)
                return _freeSince is not { } since || _clock.GetElapsedTime(since) > s_lookEvery;
        }
    }

    /// <summary>A look found none, and nothing changed since.</summary>
    public void FoundNone(long changes)
    {
        lock (_gate)
        {
            if (_changes == changes)
                _freeSince = _clock.GetTimestamp();
        }
    }

    /// <summary>A limit or cooldown was stored. Call it after the commit.</summary>
    public void Changed()
    {
        Look();
        _broadcast.Announce(Topic, "changed");
    }

    private void Look()
    {
        lock (_gate)
        {
            _changes++;
            _freeSince = null;
        }
    }
}
