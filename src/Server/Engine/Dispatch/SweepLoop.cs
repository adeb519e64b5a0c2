using Koda.Server.Engine.Tasks;

namespace Koda.Server.Engine.Dispatch;

/// <summary>Has each noun end what is over. One cheap look tells whether, and when next, there is something to do.</summary>
internal sealed class SweepLoop : IDisposable
{
    private static readonly TimeSpan s_inGrace = TimeSpan.FromMilliseconds(250);

    private readonly SweepSchedule _schedule;
    private readonly SweepLeases _leases;
    private readonly ConnectionHost _host;
    private readonly TimeSpan _sweepEvery;
    private readonly Signal _sooner = new();

    public SweepLoop(
        SweepSchedule schedule, SweepLeases leases, ConnectionHost host, TaskNews tasks, SweepNews sweeps, EngineOptions options)
    {
        _schedule = schedule;
        _leases = leases;
        _host = host;
        _sweepEvery = options.SweepEvery;
        tasks.RetryDueIn += HearDelay;
        sweeps.Sooner += _sooner.Raise;
    }

    public async Task Run(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var schedule = await _schedule.Read(cancellationToken);
            _leases.NoticeSilence(_sweepEvery);
            var isFair = _leases.IsFair;
            foreach (var (sweep, _) in schedule.Where(due => due.In <= TimeSpan.Zero))
                await sweep.Execute(cancellationToken);
            if (isFair)
                _host.ForgetOverdue();
            await _sooner.Wait(Pause(schedule, isFair), cancellationToken);
        }
    }

    public void Dispose() => _sooner.Dispose();

    // Another server may be working on what is due, so a due time in the past must not make this one spin.
    private TimeSpan Pause(IReadOnlyList<(ISweep Sweep, TimeSpan In)> schedule, bool isFair)
    {
        var next = schedule.Select(due => due.In).DefaultIfEmpty(_sweepEvery).Min();
        return next > TimeSpan.Zero ? (next < _sweepEvery ? next : _sweepEvery)
            : isFair ? TimeSpan.FromMilliseconds(50)
            : s_inGrace;
    }

    private void HearDelay(TimeSpan delay)
    {
        if (delay < _sweepEvery)
            _sooner.Raise();
    }
}
