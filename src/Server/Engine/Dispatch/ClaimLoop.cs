using Koda.Protos.Common.V1;
using Koda.Server.Engine.Attempts;
using Koda.Server.Engine.Tasks;
using Koda.Server.Infrastructure.Postgres;
using Microsoft.Extensions.Logging;

namespace Koda.Server.Engine.Dispatch;

/// <summary>
/// Claims when there may be work and somebody waits for it. While one claim is committed the next ones gather, so load makes larger
/// batches.
/// </summary>
internal sealed class ClaimLoop(
    ClaimTasks claimTasks, ConnectionHost host, AssignmentFactory assignments, WakeUps wakeUps, ILogger<ClaimLoop> log)
{
    // News can be lost with a server; this is how long a queued task may wait for that.
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromSeconds(5);

    // The workers for which nothing was left when they last asked. News that come while they ask are counted, so that they ask again.
    private readonly HashSet<WorkerLikeness> _satisfied = [];

    private int _news;
    private int _newsSeen;

    /// <summary>Hears of work, on whichever server it was queued.</summary>
    public async Task Listen(CancellationToken cancellationToken)
    {
        using var queued = wakeUps.Listen(WorkNews.Signal);
        while (!cancellationToken.IsCancellationRequested)
        {
            await queued.Wait(cancellationToken);
            Interlocked.Increment(ref _news);
            host.Credit.Raise();
        }
    }

    public async Task Claim(CancellationToken cancellationToken)
    {
        // Started, maybe again after a failure: what was announced meanwhile is not known.
        Interlocked.Increment(ref _news);
        while (!cancellationToken.IsCancellationRequested)
        {
            while (Demands() is { Count: > 0 } demands)
            {
                var claim = await claimTasks.Execute(demands, cancellationToken);
                _satisfied.UnionWith(claim.Satisfied);
                foreach (var attempt in claim.Attempts)
                    await Offer(attempt, cancellationToken);
            }
            if (!await host.Credit.Wait(s_lookEvery, cancellationToken))
                Interlocked.Increment(ref _news);
        }
    }

    private List<WorkerDemand> Demands()
    {
        var news = Volatile.Read(ref _news);
        if (news != _newsSeen)
            _satisfied.Clear();
        _newsSeen = news;
        return
        [
            .. host
                .Connections.Select(connection => connection.Demand())
                .OfType<WorkerDemand>()
                .Where(demand => !_satisfied.Contains(claimTasks.LikenessOf(demand))),
        ];
    }

    private async Task Offer(ClaimedAttempt claimed, CancellationToken cancellationToken)
    {
        try
        {
            var assignment = await assignments.Create(claimed, cancellationToken);
            if (host.Find(claimed.WorkerId)?.Offer(assignment) != true)
                _ = host.GiveBack(claimed.WorkerId, new OfferedAttempt(claimed.Attempt, claimed.Task.Id), AttemptOutcome.WorkerGone);
        }
        catch (EngineException failure) when (failure.Reason is ErrorReason.ProviderNotFound or ErrorReason.ProviderCredentialInvalid)
        {
            DispatchLog.NotAssignable(log, claimed.Task.Id, failure.Message);
            var report = new Failure(
                claimed.Attempt, new TaskFault("provider.not_found", failure.Message), Retryable: false, TimeSpan.Zero, []);
            await host.Reports.Write(new WorkerReport(claimed.WorkerId, report, claimed.Task.Id));
        }
    }
}
