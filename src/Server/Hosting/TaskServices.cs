using Koda.Files;
using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Approvals;
using Koda.Server.Engine.Artifacts;
using Koda.Server.Engine.Attempts;
using Koda.Server.Engine.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace Koda.Server.Hosting;

/// <summary>Runs with their approvals, and tasks with their attempts and artifacts.</summary>
internal static class TaskServices
{
    public static IServiceCollection AddTasks(this IServiceCollection services, ServerOptions options) => services
        .AddSingleton<ListApprovals>().AddSingleton<GetApproval>().AddSingleton<AnswerApproval>().AddSweep<ExpireApprovals>()
        .AddSingleton(new DataDirectories(options.DataDirectory.Length == 0 ? [] : [options.DataDirectory])).AddSingleton<WorkspaceRules>()
        .AddSingleton<TaskMetrics>().AddSingleton<TaskNews>().AddSingleton<SaveTasks>().AddSingleton<ChangeTask>()
        .AddSingleton<QueueDepth>().AddSingleton<QueueGauge>()
        .AddSingleton<SubmitTask>().AddSingleton<GetTask>().AddSingleton<ListTasks>()
        .AddSingleton<CancelTask>().AddSingleton<PauseTask>().AddSingleton<ResumeTask>().AddSingleton<RetryTask>()
        .AddSweep<QueueDueRetries>()
        .AddSingleton<IAgentListener, GiveBackRunning>().AddSingleton<IApprovalListener, AskingTasks>()
        .AddSingleton<ReportAttempts>().AddSingleton<ExpireLeases>().AddSingleton<AttemptAccess>().AddSingleton<OpenAttemptProvider>()
        .AddSingleton(new ArtifactFolder(Path.Combine(options.DataDirectory, "artifacts")))
        .AddSingleton<StoreArtifact>().AddSingleton<ListArtifacts>().AddSingleton<OpenArtifact>();
}
