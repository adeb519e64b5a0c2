using Koda.Server.Engine.Approvals;
using Koda.Server.Engine.Attempts;
using Koda.Server.Engine.Providers;
using Koda.Server.Engine.Subagents;
using Koda.Server.Engine.Tasks;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Dispatch;

/// <summary>Ends what is over: leases, pauses after failures, pauses of providers, unanswered questions, the work of subagents. One cheap look tells whether, and when next, there is something to do.</summary>
internal sealed class SweepLoop : IDisposable
{
    private readonly Database _database;
    private readonly ConnectionHost _host;
    private readonly ExpireLeases _expireLeases;
    private readonly QueueDueRetries _queueDueRetries;
    private readonly ExpireApprovals _expireApprovals;
    private readonly EndCooldowns _endCooldowns;
    private readonly FollowSubagents _followSubagents;
    private readonly TimeSpan _sweepEvery;
    private readonly Signal _sooner = new();

    public SweepLoop(
        Database database,
        ConnectionHost host,
        ExpireLeases expireLeases,
        QueueDueRetries queueDueRetries,
        ExpireApprovals expireApprovals,
        EndCooldowns endCooldowns,
        FollowSubagents followSubagents,
        TaskNews news,
        EngineOptions options)
    {
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
            if (next <= TimeSpan.Zero)
                await Sweep(cancellationToken);
            _host.ForgetOverdue();
            await _sooner.Wait(Pause(next), cancellationToken);
        }
    }

    public void Dispose() => _sooner.Dispose();

    private async Task Sweep(CancellationToken cancellationToken)
    {
        foreach (var attempt in await _expireLeases.Execute(cancellationToken))
        {
            foreach (var connection in _host.Connections)
                connection.Expire(attempt);
        }
        await _queueDueRetries.Execute(cancellationToken);
        await _expireApprovals.Execute(cancellationToken);
        await _endCooldowns.Execute(cancellationToken);
        await _followSubagents.Execute(cancellationToken);
    }

    // Another server may be working on what is due, so a due time in the past must not make this one spin.
    private TimeSpan Pause(TimeSpan? next) => next switch
    {
        null => _sweepEvery,
        { } due when due <= TimeSpan.Zero => TimeSpan.FromMilliseconds(50),
        { } due => due < _sweepEvery ? due : _sweepEvery,
    };

    private void HearDelay(TimeSpan delay)
    {
        if (delay < _sweepEvery)
            _sooner.Raise();
    }
}
