using Koda.Server.Engine.Approvals;
using Koda.Server.Engine.Attempts;
using Koda.Server.Engine.Providers;
using Koda.Server.Engine.Subagents;
using Koda.Server.Engine.Tasks;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Dispatch;

/// <summary>
/// Ends what is over: leases (but not those that nobody could renew: after a trouble of the database, each gets its time anew), pauses
/// after failures, pauses of providers, unanswered questions, the work of subagents. One cheap look tells whether, and when next, there is
/// something to do.
/// </summary>
internal sealed class SweepLoop : IDisposable
{
    private readonly Database _database;
    private readonly ConnectionHost _host;
    private readonly ExpireLeases _expireLeases;
    private readonly QueueDueRetries _queueDueRetries;
    private readonly ExpireApprovals _expireApprovals;
    private readonly EndCooldowns _endCooldowns;
    private readonly FollowSubagents _followSubagents;
    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_inGrace = TimeSpan.FromMilliseconds(250);

    private readonly TimeProvider _clock;
    private readonly TimeSpan _sweepEvery;
    private readonly TimeSpan _lease;
    private readonly Signal _sooner = new();
    private long? _lookedAt;
    private long _silentUntil;

    public SweepLoop(
        Database database,
        ConnectionHost host,
        ExpireLeases expireLeases,
        QueueDueRetries queueDueRetries,
        ExpireApprovals expireApprovals,
        EndCooldowns endCooldowns,
        FollowSubagents followSubagents,
        TaskNews news,
        EngineOptions options,
        TimeProvider clock)
    {
        _clock = clock;
        _lease = options.Lease;
        _silentUntil = clock.GetTimestamp() - (long)(2 * _lease.TotalSeconds * clock.TimestampFrequency);
        _database = database;
        _host = host;
        _expireLeases = expireLeases;
        _queueDueRetries = queueDueRetries;
        _expireApprovals = expireApprovals;
        _endCooldowns = endCooldowns;
        _followSubagents = followSubagents;
        _sweepEvery = options.SweepEvery;
        news.RetryDueIn += HearDelay;
        news.SubagentsChanged += _sooner.Raise;
    }

    public async Task Run(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var next = await _database.Read(TaskStore.NextDue, cancellationToken);
            NoticeSilence();
            var isFair = !_database.Health.WasTroubledWithin(_lease) && _clock.GetElapsedTime(_silentUntil) > _lease;
            if (next <= TimeSpan.Zero)
                await Sweep(isFair, cancellationToken);
            if (isFair)
                _host.ForgetOverdue();
            await _sooner.Wait(Pause(next, isFair), cancellationToken);
        }
    }

    public void Dispose() => _sooner.Dispose();

    // A database, or this server, that stood still for a while gave nobody a chance to renew, as one that was in trouble did.
    private void NoticeSilence()
    {
        var now = _clock.GetTimestamp();
        if (_lookedAt is { } before && _clock.GetElapsedTime(before, now) > _sweepEvery + s_silence)
            _silentUntil = now;
        _lookedAt = now;
    }

    private async Task Sweep(bool isFair, CancellationToken cancellationToken)
    {
        if (isFair)
            await ExpireLeases(cancellationToken);
        await _queueDueRetries.Execute(cancellationToken);
        await _expireApprovals.Execute(cancellationToken);
        await _endCooldowns.Execute(cancellationToken);
        await _followSubagents.Execute(cancellationToken);
    }

    private async Task ExpireLeases(CancellationToken cancellationToken)
    {
        foreach (var attempt in await _expireLeases.Execute(cancellationToken))
        {
            foreach (var connection in _host.Connections)
                connection.Expire(attempt);
        }
    }

    // Another server may be working on what is due, so a due time in the past must not make this one spin.
    private TimeSpan Pause(TimeSpan? next, bool isFair) => next switch
    {
        null => _sweepEvery,
        { } due when due <= TimeSpan.Zero && !isFair => s_inGrace,
        { } due when due <= TimeSpan.Zero => TimeSpan.FromMilliseconds(50),
        { } due => due < _sweepEvery ? due : _sweepEvery,
    };

    private void HearDelay(TimeSpan delay)
    {
        if (delay < _sweepEvery)
            _sooner.Raise();
    }
}
