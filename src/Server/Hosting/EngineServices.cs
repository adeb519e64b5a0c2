using Koda.Server.Engine;
using Koda.Server.Engine.Events;
using Koda.Server.Infrastructure.Postgres;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Koda.Server.Hosting;

/// <summary>The engine's parts, tier by tier from below. All live as long as the server; none holds what a crash may not lose.</summary>
internal static class EngineServices
{
    public static IServiceCollection AddEngine(this IServiceCollection services, ServerOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        return services
            .AddDatabase(options)
            .AddEvents()
            .AddIdentity(options)
            .AddProviders(options)
            .AddAgents(options)
            .AddTasks(options)
            .AddConversations()
            .AddDispatch()
            .AddViews(options);
    }

    private static IServiceCollection AddDatabase(this IServiceCollection services, ServerOptions options) => services
        .AddSingleton(new EngineOptions
        {
            Lease = options.Lease,
            Offer = options.OfferTimeout,
            ApprovalExpiry = options.ApprovalTimeout,
            MaxPendingSubmissions = options.SubmissionQueueLimit,
            MaxQueuedTasks = options.MaxQueuedTasks,
        })
        .AddMetrics().AddSingleton<EngineMetrics>()
        .AddSingleton<Database>().AddSingleton<Migrator>().AddHostedService<DatabaseWatch>()
        .AddSingleton<WakeUps>().AddRunning<Broadcast>()
        .AddSingleton<WorkNews>().AddSingleton<SweepNews>();

    private static IServiceCollection AddEvents(this IServiceCollection services) => services
        .AddSingleton<EventLog>().AddSingleton<ReadEvents>().AddSingleton<EventFeed>().AddSingleton<GlobalFeed>();

    /// <summary>One instance that others can ask for and that the host runs.</summary>
    public static IServiceCollection AddRunning<T>(this IServiceCollection services)
        where T : class, Microsoft.Extensions.Hosting.IHostedService =>
        services.AddSingleton<T>().AddHostedService(provider => provider.GetRequiredService<T>());

    /// <summary>A sweep that others can ask for too.</summary>
    public static IServiceCollection AddSweep<T>(this IServiceCollection services)
        where T : class, ISweep => services.AddSingleton<T>().AddSingleton<ISweep>(provider => provider.GetRequiredService<T>());
}
