using Koda.Files;
using Koda.Server.Engine;
using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Approvals;
using Koda.Server.Engine.Artifacts;
using Koda.Server.Engine.Attempts;
using Koda.Server.Engine.Audit;
using Koda.Server.Engine.Dispatch;
using Koda.Server.Engine.Events;
using Koda.Server.Engine.Evidence;
using Koda.Server.Engine.Idempotency;
using Koda.Server.Engine.Providers;
using Koda.Server.Engine.Onboarding;
using Koda.Server.Engine.Readiness;
using Koda.Server.Engine.Secrets;
using Koda.Server.Engine.Settings;
using Koda.Server.Engine.Tasks;
using Koda.Server.Engine.Workers;
using Koda.Server.Infrastructure.Postgres;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Koda.Server.Hosting;

/// <summary>The engine's parts. All live as long as the server; none holds what a crash may not lose.</summary>
internal static class EngineServices
{
    public static IServiceCollection AddEngine(this IServiceCollection services, ServerOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddMetrics().AddSingleton<EngineMetrics>();
        services
            .AddSingleton(new EngineOptions
            {
                Lease = options.Lease,
                Offer = options.OfferTimeout,
                ApprovalExpiry = options.ApprovalTimeout,
                MaxPendingSubmissions = options.SubmissionQueueLimit,
                MaxQueuedTasks = options.MaxQueuedTasks,
            })
            .AddSingleton(new ReadinessOptions(options.DataDirectory))
            .AddSingleton(new DataDirectories(options.DataDirectory.Length == 0 ? [] : [options.DataDirectory]))
            .AddSingleton<ServedWorkspaces>().AddSingleton<WorkspaceRules>()
            .AddSingleton(new ArtifactFolder(Path.Combine(options.DataDirectory, "artifacts")))
            .AddSingleton<Database>()
            .AddSingleton<Migrator>()
            .AddHostedService<DatabaseWatch>()
            .AddSingleton<WakeUps>()
            .AddRunning<Broadcast>()
            .AddSingleton<SecretBox>()
            .AddSingleton<KnownSecrets>()
            .AddSingleton<GetMasterKey>()
            .AddSingleton<RotateMasterKey>()
            .AddSingleton<CheckMasterKey>()
            .AddSingleton(CheckMasterKey.Column)
            .AddSingleton(ProviderStore.Keys)
            .AddSingleton(IdempotencyStore.Answers)
            .AddSingleton<IRedactor>(provider => provider.GetRequiredService<KnownSecrets>());
        AddEvents(services);
        AddTasks(services);
        AddAgents(services);
        services.AddAgentConfiguration(options);
        AddDispatch(services);
        services.AddProviders(options);
        services.AddIdentity(options);
        services.AddConversations();
        services
            .AddSingleton<ListApprovals>()
            .AddSingleton<GetApproval>()
            .AddSingleton<AnswerApproval>()
            .AddSingleton<ExpireApprovals>()
            .AddSingleton<CheckReadiness>()
            .AddSingleton<AuditLog>()
            .AddSingleton<ListChains>()
            .AddSingleton<ReadChains>()
            .AddSingleton<RunOnce>()
            .AddSingleton<CurrentSettings>()
            .AddSingleton<ChangeSettings>()
            .AddSingleton<AdmitUser>()
            .AddSingleton<ReadOnboarding>()
            .AddSingleton<BootstrapInstallation>()
            .AddHostedService<SweepIdempotencyKeys>();
        return services;
    }

    private static void AddEvents(IServiceCollection services) => services
        .AddSingleton<EventLog>().AddSingleton<ReadEvents>().AddSingleton<EventFeed>()
        .AddSingleton<StoreArtifact>().AddSingleton<ListArtifacts>().AddSingleton<OpenArtifact>();

    private static void AddTasks(IServiceCollection services) => services
        .AddSingleton<TaskNews>().AddSingleton<SaveTasks>().AddSingleton<QueueDepth>().AddSingleton<QueueGauge>().AddSingleton<ChangeTask>()
        .AddSingleton<SubmitTask>().AddSingleton<GetTask>().AddSingleton<ListTasks>()
        .AddSingleton<CancelTask>().AddSingleton<PauseTask>().AddSingleton<ResumeTask>().AddSingleton<RetryTask>()
        .AddSingleton<QueueDueRetries>();

    private static void AddAgents(IServiceCollection services) => services
        .AddSingleton<AgentCatalog>().AddSingleton<AgentProviders>()
        .AddSingleton<ListAgents>().AddSingleton<GetAgent>().AddSingleton<ApplyAgent>().AddSingleton<SeedBuiltInAgents>();

    private static void AddDispatch(IServiceCollection services) =>
        services
            .AddSingleton<ReportAttempts>()
            .AddSingleton<ReportQueue>()
            .AddSingleton<ExpireLeases>()
            .AddSingleton<HeldAttempts>()
            .AddSingleton<OpenAttemptProvider>()
            .AddSingleton<ClaimTasks>()
            .AddSingleton<AssignmentFactory>()
            .AddSingleton<ConnectionHost>()
            .AddSingleton<ConnectWorker>()
            .AddSingleton<ClaimLoop>()
            .AddSingleton<LeaseLoop>()
            .AddSingleton<SweepLoop>()
            .AddSingleton<PresenceLoop>()
            .AddSingleton<McpNews>()
            .AddSingleton<TellMcp>()
            .AddSingleton<ListMcpServers>()
            .AddSingleton<ListWorkers>()
            .AddSingleton<CommandWarnings>()
            .AddSingleton<RefreshMcp>()
            .AddRunning<Dispatcher>()
            .AddSingleton<IDispatcherState>(provider => provider.GetRequiredService<Dispatcher>());

    /// <summary>One instance that others can ask for and that the host runs.</summary>
    private static IServiceCollection AddRunning<T>(this IServiceCollection services)
        where T : class, Microsoft.Extensions.Hosting.IHostedService =>
        services.AddSingleton<T>().AddHostedService(provider => provider.GetRequiredService<T>());
}
