namespace Koda.Server.Infrastructure.Postgres;

/// <summary>
/// The database's clock, without asking for it each time: what it last showed and how long ago that was. The answer took some time to
/// arrive, so this clock is never ahead of the database's own; what is written later with the database's own time is not earlier.
/// </summary>
internal sealed class DatabaseClock(TimeProvider clock)
{
    // Two clocks drift apart by less than the time that an answer takes, as long as this is short.
    private static readonly TimeSpan s_trustedFor = TimeSpan.FromSeconds(30);

    private volatile Reading? _last;

    private sealed record Reading(DateTime Time, long ReadAt);

    /// <summary>UTC, in whole microseconds; null when the database has not shown its time lately.</summary>
    public DateTime? Now
    {
        get
        {
            if (_last is not { } last || clock.GetElapsedTime(last.ReadAt) is var elapsed && elapsed > s_trustedFor)
                return null;
            return last.Time.AddTicks(elapsed.Ticks / TimeSpan.TicksPerMicrosecond * TimeSpan.TicksPerMicrosecond);
        }
    }

    /// <summary>Learns a time that the database returned just now.</summary>
    public void Observe(DateTime time) => _last = new Reading(time, clock.GetTimestamp());
}
