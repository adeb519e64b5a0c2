namespace Koda.Worker.Tests.Mcp;

/// <summary>A clock whose timers run out when the test says that their time has passed.</summary>
internal sealed class StepTime : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<StepTimer> _timers = [];
    private TimeSpan _now = TimeSpan.FromDays(1);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp()
    {
        lock (_gate)
            return _now.Ticks;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new StepTimer(() => callback(state)) { Due = dueTime };
        lock (_gate)
            _timers.Add(timer);
        return timer;
    }

    /// <summary>Runs out the timers that were set to this time or less.</summary>
    public void Pass(TimeSpan time)
    {
        StepTimer[] due;
        lock (_gate)
        {
            _now += time;
            due = [.. _timers.Where(timer => timer.Due >= TimeSpan.Zero && timer.Due <= time)];
        }
        foreach (var timer in due)
            timer.Fire();
    }

    private sealed class StepTimer(Action fire) : ITimer
    {
        public TimeSpan Due { get; set; }

        public void Fire()
        {
            Due = Timeout.InfiniteTimeSpan;
            fire();
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Due = dueTime;
            return true;
        }

        public void Dispose() => Due = Timeout.InfiniteTimeSpan;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
