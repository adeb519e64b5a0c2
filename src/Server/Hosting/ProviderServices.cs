using Koda.Server.Http;
using Koda.Server.Engine.Connections;
using Koda.Server.Engine.Providers;
using Koda.Server.Infrastructure.Http;
using Koda.Server.Surfaces.ControlPlane;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Koda.Server.Hosting;

/// <summary>The parts that know model providers, and what is served of them.</summary>
internal static class ProviderServices
{
    public static IServiceCollection AddProviders(this IServiceCollection services, ServerOptions options) =>
        services
            .AddSingleton(new GuardedHttpOptions { AllowedHosts = options.AllowedHosts })
            .AddSingleton<GuardedHttp>()
            .AddSingleton<ProviderCalls>()
            .AddSingleton<ProviderProbe>()
            .AddSingleton<ProviderStore>()
            .AddSingleton(ProviderStore.Keys)
            .AddSingleton<ProviderHealthStore>()
            .AddSingleton<SaveProvider>()
            .AddSingleton<OpenProvider>()
            .AddSingleton<ImportProviders>()
            .AddSingleton<ReadConnections>()
            .AddSingleton<ConnectProvider>()
            .AddSingleton<VerifyProvider>()
            .AddSingleton<DisconnectProvider>()
            .AddHostedService<VerifyImported>()
            .AddSingleton<LimitStore>()
            .AddSingleton<CooldownStore>()
            .AddSingleton<LimitProvider>()
            .AddSweep<EndCooldowns>()
            .AddSingleton<ProviderLoad>()
            .AddSingleton<ModelStore>()
            .AddSingleton<RefreshModels>()
            .AddSingleton<ListModels>()
            .AddSingleton<ConnectionDefaults>()
            .AddSingleton<ReadHealth>();

    public static IServiceCollection AddProviderSurfaces(this IServiceCollection services) => services
        .AddSingleton<ProviderService>().AddSingleton<ConnectionService>().AddSingleton<IntegrationService>();

    public static void MapProviderSurfaces(this IEndpointRouteBuilder app)
    {
        app.MapRpcService<ProviderService>();
        app.MapRpcService<ConnectionService>();
        app.MapRpcService<IntegrationService>();
    }
}
