using Koda.Server.Infrastructure.Postgres;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Koda.Server.Engine.Idempotency;

/// <summary>Removes expired keys from time to time. Any number of servers may do so at once.</summary>
internal sealed partial class SweepIdempotencyKeys(Database database, TimeProvider clock, ILogger<SweepIdempotencyKeys> log)
    : BackgroundService
{
    private const int BatchSize = 1000;
    private static readonly TimeSpan s_interval = TimeSpan.FromMinutes(10);

    /// <summary>Removes all keys that are expired now.</summary>
    public async Task<int> Execute(CancellationToken cancellationToken)
    {
        var swept = 0;
        int batch;
        do
        {
            batch = await database.Read((connection, token) => IdempotencyStore.Sweep(connection, BatchSize, token), cancellationToken);
            swept += batch;
        }
        while (batch == BatchSize);
        return swept;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await ExecuteOrLog(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task ExecuteOrLog(CancellationToken stoppingToken)
    {
        try
        {
            await Execute(stoppingToken);
        }
        catch (EngineException failure)
        {
            SweepFailed(log, failure);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Expired idempotency keys could not be removed; the next sweep tries again.")]
    private static partial void SweepFailed(ILogger logger, Exception failure);
}
