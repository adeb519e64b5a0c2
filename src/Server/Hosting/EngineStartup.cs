using Koda.Server.Engine;
using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Principals;
using Koda.Server.Engine.Providers;
using Koda.Server.Engine.Secrets;
using Koda.Server.Engine.SetupCodes;
using Koda.Server.Infrastructure.Postgres;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Koda.Server.Hosting;

/// <summary>
/// What must be there before the first call: the schema, the built-in agents, the providers of the environment, the token files.
/// </summary>
internal static partial class EngineStartup
{
    private static readonly TimeSpan s_betweenTries = TimeSpan.FromMilliseconds(500);

    /// <summary>Waits for a database that is not there yet.</summary>
    public static async Task Run(IServiceProvider services, ServerOptions options, CancellationToken cancellationToken)
    {
        var log = services.GetRequiredService<ILoggerFactory>().CreateLogger("Koda.Server.Startup");
        services.GetRequiredService<RotateMasterKey>().FollowOthers();
        while (true)
        {
            try
            {
                await services.GetRequiredService<Migrator>().Migrate(cancellationToken);
                // What another key seals, no other server could open.
                if (await services.GetRequiredService<CheckMasterKey>().AtStart(cancellationToken))
                    await services.GetRequiredService<ImportProviders>().Execute(Environment.GetEnvironmentVariable, cancellationToken);
                await services.GetRequiredService<SeedBuiltInAgents>().Execute(cancellationToken);
                await services.GetRequiredService<EnsureTokenFiles>().Execute(options.DataDirectory, cancellationToken);
                await services.GetRequiredService<OfferSetupCode>().Execute(cancellationToken);
                return;
            }
            catch (EngineException failure) when (failure.Reason == Protos.Common.V1.ErrorReason.Unavailable)
            {
                DatabaseNotThere(log, failure.Message);
                await Task.Delay(s_betweenTries, TimeProvider.System, cancellationToken);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Waiting for the database: {Problem}")]
    private static partial void DatabaseNotThere(ILogger logger, string problem);
}
