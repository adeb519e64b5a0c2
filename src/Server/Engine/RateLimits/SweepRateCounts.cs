using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Koda.Server.Engine.RateLimits;

/// <summary>Deletes the calls that no window holds any more.</summary>
internal sealed partial class SweepRateCounts(RateCountStore counts, TimeProvider clock, ILogger<SweepRateCounts> log) : BackgroundService
{
    private static readonly TimeSpan s_every = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_every, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await Sweep(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task Sweep(CancellationToken cancellationToken)
    {
        try
        {
            await counts.Sweep(cancellationToken);
        }
        catch (EngineException failure)
        {
            SweepFailed(log, failure);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Old rate counters could not be deleted; trying again later.")]
    private static partial void SweepFailed(ILogger logger, Exception failure);
}
