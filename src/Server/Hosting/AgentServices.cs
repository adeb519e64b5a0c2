using Koda.Server.Engine.Agents;
using Microsoft.Extensions.DependencyInjection;

namespace Koda.Server.Hosting;

/// <summary>The parts with which agents are configured.</summary>
internal static class AgentServices
{
    public static IServiceCollection AddAgentConfiguration(this IServiceCollection services) => services
        .AddSingleton(AgentSecretStore.SealedColumn)
        .AddSingleton<DraftKeys>().AddSingleton<CheckAgent>().AddSingleton<DescribeAgent>().AddSingleton<ListConfigurations>()
        .AddSingleton<CreateAgent>().AddSingleton<EditAgent>().AddSingleton<DeleteAgent>()
        .AddSingleton<PublishVersion>().AddSingleton<PublishAgent>().AddSingleton<ChangeAgentState>();
}
