using Koda.Server.Engine.Dispatch;
using Koda.Server.Engine.Tasks;
using Koda.Server.Engine.Workers;
using Microsoft.Extensions.DependencyInjection;

namespace Koda.Server.Hosting;

/// <summary>Workers, and the handing out of work to them.</summary>
internal static class DispatchServices
{
    public static IServiceCollection AddDispatch(this IServiceCollection services) => services
        .AddSingleton<IServedWorkspaces, ServedWorkspaces>().AddSingleton<ITaskWarnings, CommandWarnings>()
        .AddSingleton<ListWorkers>()
        .AddSingleton<McpNews>().AddSingleton<TellMcp>().AddSingleton<ListMcpServers>().AddSingleton<RefreshMcp>()
        .AddSingleton<ClaimTasks>().AddSingleton<AssignmentFactory>().AddSingleton<ReportQueue>()
        .AddSingleton<ConnectionHost>().AddSingleton<ConnectWorker>()
        .AddSingleton<ClaimLoop>().AddSingleton<LeaseLoop>().AddSingleton<PresenceLoop>()
        .AddSweep<SweepLeases>().AddSingleton<SweepSchedule>().AddSingleton<SweepLoop>()
        .AddRunning<Dispatcher>()
        .AddSingleton<IDispatcherState>(provider => provider.GetRequiredService<Dispatcher>());
}
