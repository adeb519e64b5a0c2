using Koda.Server.Engine.Audit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Koda.Server.Engine.Providers;

/// <summary>
/// Tries the connections that the environment names once after a start, beside everything else: agents that name no model need to know
/// which there are.
/// </summary>
internal sealed partial class VerifyImported(ProviderStore providers, VerifyProvider verify, ILogger<VerifyImported> log)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            foreach (var row in await providers.List(stoppingToken))
            {
                if (row is { Source: ImportProviders.Environment, DefaultModel: "" }
                    && row.AuthMode != EnumText<AuthMode>.Of(AuthMode.None))
                    await Try(row.Id, stoppingToken);
            }
        }
        catch (EngineException failure)
        {
            NotTried(log, "the environment", failure.Message);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task Try(string id, CancellationToken cancellationToken)
    {
        try
        {
            var found = (await verify.Execute(Caller.System, id, model: "", cancellationToken)).Found;
            if (!found.Verified)
                NotTried(log, id, found.Error);
        }
        catch (EngineException failure)
        {
            NotTried(log, id, failure.Message);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The connection {Id}, which the environment names, does not work: {Problem}")]
    private static partial void NotTried(ILogger logger, string id, string problem);
}
