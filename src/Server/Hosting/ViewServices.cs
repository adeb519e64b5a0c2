using Koda.Server.Engine.Evidence;
using Koda.Server.Engine.Onboarding;
using Koda.Server.Engine.Overview;
using Koda.Server.Engine.Readiness;
using Microsoft.Extensions.DependencyInjection;

namespace Koda.Server.Hosting;

/// <summary>What is read across the nouns: evidence, onboarding, readiness.</summary>
internal static class ViewServices
{
    public static IServiceCollection AddViews(this IServiceCollection services, ServerOptions options) => services
        .AddSingleton(new ReadinessOptions(options.DataDirectory)).AddSingleton<CheckReadiness>()
        .AddSingleton<ListRuns>().AddSingleton<GetRun>().AddSingleton<WatchRuns>().AddSingleton<ListInbox>().AddSingleton<ListCosts>()
        .AddSingleton<ListChains>().AddSingleton<ReadChains>()
        .AddSingleton<ReadOnboarding>().AddSingleton<BootstrapInstallation>();
}
