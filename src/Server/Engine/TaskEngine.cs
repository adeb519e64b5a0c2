using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Approvals;
using Koda.Server.Engine.Attempts;
using Koda.Server.Engine.Dispatch;
using Koda.Server.Engine.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace Koda.Server.Engine;

/// <summary>The composition of agents, tasks, approvals and dispatching.</summary>
internal static class TaskEngine
{
    public static IServiceCollection AddTaskEngine(this IServiceCollection services, EngineOptions options) => services
        .AddSingleton(options)
        .AddSingleton<AgentCatalog>()
        .AddSingleton<AgentProviders>()
        .AddSingleton<ApplyAgent>()
        .AddSingleton<GetAgent>()
        .AddSingleton<ListAgents>()
        .AddSingleton<SeedBuiltInAgents>()
        .AddSingleton<TaskNews>()
        .AddSingleton<QueueDepth>()
        .AddSingleton<SubmitTask>()
        .AddSingleton<GetTask>()
        .AddSingleton<ListTasks>()
        .AddSingleton<ChangeTask>()
        .AddSingleton<CancelTask>()
        .AddSingleton<PauseTask>()
        .AddSingleton<ResumeTask>()
        .AddSingleton<RetryTask>()
        .AddSingleton<QueueDueRetries>()
        .AddSingleton<GetApproval>()
        .AddSingleton<ListApprovals>()
        .AddSingleton<AnswerApproval>()
        .AddSingleton<ExpireApprovals>()
        .AddSingleton<HeldAttempts>()
        .AddSingleton<ReportAttempts>()
        .AddSingleton<ExpireLeases>()
        .AddSingleton<ClaimTasks>()
        .AddSingleton<ReportQueue>()
        .AddSingleton<ConnectionHost>()
        .AddSingleton<ConnectWorker>()
        .AddSingleton<AssignmentFactory>()
        .AddSingleton<ClaimLoop>()
        .AddSingleton<LeaseLoop>()
        .AddSingleton<SweepLoop>()
        .AddSingleton<Dispatcher>()
        .AddHostedService(provider => provider.GetRequiredService<Dispatcher>());
}
