using Koda.Server.Infrastructure.EmbeddedPostgres;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Koda.Server.Hosting;

/// <summary>Starts the private PostgreSQL again when its postmaster has died; clients meanwhile meet a server that is not ready.</summary>
internal sealed partial class PostgresKeeper(PostgresCluster cluster, TimeProvider clock, ILogger<PostgresKeeper> log) : BackgroundService
{
    private static readonly TimeSpan s_betweenLooks = TimeSpan.FromMilliseconds(500);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_betweenLooks, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                if (!cluster.IsRunning)
                    await Restart(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task Restart(CancellationToken cancellationToken)
    {
        PostgresDied(log);
        try
        {
            await cluster.Restart(cancellationToken);
            PostgresRestarted(log);
        }
        catch (InvalidOperationException failure)
        {
            RestartFailed(log, failure);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "PostgreSQL does not run any more; starting it again.")]
    private static partial void PostgresDied(ILogger logger);

    [LoggerMessage(2, LogLevel.Information, "PostgreSQL runs again.")]
    private static partial void PostgresRestarted(ILogger logger);

    [LoggerMessage(3, LogLevel.Error, "PostgreSQL could not be started; trying again.")]
    private static partial void RestartFailed(ILogger logger, Exception failure);
}
