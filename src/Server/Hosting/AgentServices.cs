using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Skills;
using Microsoft.Extensions.DependencyInjection;

namespace Koda.Server.Hosting;

/// <summary>The parts with which agents are configured.</summary>
internal static class AgentServices
{
    public static IServiceCollection AddAgentConfiguration(this IServiceCollection services, ServerOptions options) => services
        .AddSingleton(new SkillFolder(options.DataDirectory.Length == 0 ? "" : Path.Combine(options.DataDirectory, "skills")))
        .AddSingleton<SkillCatalog>().AddSingleton<ListSkills>().AddSingleton<CompilePrompt>()
        .AddSingleton(AgentSecretStore.SealedColumn)
        .AddSingleton<DraftKeys>().AddSingleton<CheckAgent>().AddSingleton<DescribeAgent>().AddSingleton<ListConfigurations>()
        .AddSingleton<CreateAgent>().AddSingleton<CreatePublishedAgent>().AddSingleton<EditAgent>().AddSingleton<DeleteAgent>()
        .AddSingleton<CloneAgent>().AddSingleton<AgentVersions>().AddSingleton<RollBackAgent>().AddSingleton<AgentSecrets>()
        .AddSingleton<LearnAgentSecrets>().AddHostedService(provider => provider.GetRequiredService<LearnAgentSecrets>())
        .AddSingleton<PublishVersion>().AddSingleton<PublishAgent>().AddSingleton<ChangeAgentState>();
}
