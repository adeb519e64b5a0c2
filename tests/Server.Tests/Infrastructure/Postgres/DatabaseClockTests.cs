using Koda.Server.Infrastructure.Postgres;
using Xunit;

namespace Koda.Server.Tests.Infrastructure.Postgres;

public class DatabaseClockTests
{
    private static readonly DateTime s_shown = new(2026, 11, 22, 6, 0, 0, DateTimeKind.Utc);

    private readonly HandTime _time = new();

    [Fact]
    public void It_goes_on_from_what_the_database_showed_in_whole_microseconds()
    {
        var clock = new DatabaseClock(_time);
        clock.Observe(s_shown);
        _time.Advance(TimeSpan.FromTicks(12_345));

        Assert.Equal(s_shown.AddTicks(12_340), clock.Now);
    }

    [Fact]
    public void It_is_not_trusted_before_a_reading_or_long_after_it()
    {
        var clock = new DatabaseClock(_time);
        Assert.Null(clock.Now);
        clock.Observe(s_shown);
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Null(clock.Now);
    }

    private sealed class HandTime : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Advance(TimeSpan time) => _ticks += time.Ticks;
    }
}
