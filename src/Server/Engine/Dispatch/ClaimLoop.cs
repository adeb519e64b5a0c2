using Koda.Protos.Common.V1;
using Koda.Server.Engine.Attempts;
using Koda.Server.Engine.Tasks;
using Koda.Server.Infrastructure.Postgres;
using Microsoft.Extensions.Logging;

namespace Koda.Server.Engine.Dispatch;

/// <summary>Claims when there may be work and somebody waits for it. While one claim is committed the next ones gather, so load makes larger batches.</summary>
internal sealed class ClaimLoop(
    ClaimTasks claimTasks, ConnectionHost host, AssignmentFactory assignments, WakeUps wakeUps, ILogger<ClaimLoop> log)
{
    // News can be lost with a server; this is how long a queued task may wait for that.
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromSeconds(5);

    // Set: something may be claimable. It is cleared before the look, so that news during the look are not lost.
    private volatile bool _mayHaveWork;

    /// <summary>Hears of work, on whichever server it was queued.</summary>
    public async Task Listen(CancellationToken cancellationToken)
    {
        using var queued = wakeUps.Listen(TaskNews.WorkAvailable);
        while (!cancellationToken.IsCancellationRequested)
        {
            await queued.Wait(cancellationToken);
            _mayHaveWork = true;
            host.Credit.Raise();
        }
    }

    public async Task Claim(CancellationToken cancellationToken)
    {
        // Started, maybe again after a failure: what was announced meanwhile is not known.
        _mayHaveWork = true;
        while (!cancellationToken.IsCancellationRequested)
        {
            while (_mayHaveWork && Demands() is { Count: > 0 } demands)
            {
                _mayHaveWork = false;
                var claimed = await claimTasks.Execute(demands, cancellationToken);
                // With less than was asked for, nothing is left that these workers may take.
                _mayHaveWork |= claimed.Count > 0 && claimed.Count >= Math.Min(demands.Sum(demand => demand.Credit), claimTasks.Most);
                foreach (var attempt in claimed)
                    await Offer(attempt, cancellationToken);
            }
            if (!await host.Credit.Wait(s_lookEvery, cancellationToken))
                _mayHaveWork = true;
        }
    }

    private List<WorkerDemand> Demands() => [.. host.Connections.Select(connection => connection.Demand()).OfType<WorkerDemand>()];

    private async Task Offer(ClaimedAttempt claimed, CancellationToken cancellationToken)
    {
        try
        {
            var assignment = await assignments.Create(claimed, cancellationToken);
            if (host.Find(claimed.WorkerId)?.Offer(assignment) != true)
                _ = host.GiveBack(claimed.WorkerId, new HeldAttempt(claimed.Attempt, claimed.Task.Id), AttemptOutcome.WorkerGone);
        }
        catch (EngineException failure) when (failure.Reason is ErrorReason.ProviderNotFound or ErrorReason.ProviderCredentialInvalid)
        {
            DispatchLog.NotAssignable(log, claimed.Task.Id, failure.Message);
            var report = new Failure(claimed.Attempt, new TaskFault("provider.not_found", failure.Message), Retryable: false, TimeSpan.Zero, []);
            await host.Reports.Write(new WorkerReport(claimed.WorkerId, report, claimed.Task.Id));
        }
    }
}
