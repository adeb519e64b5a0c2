using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Settings;
using Koda.Server.Engine.Skills;
using Microsoft.Extensions.DependencyInjection;

namespace Koda.Server.Hosting;

/// <summary>Agents with their skills, and the settings of the installation.</summary>
internal static class AgentServices
{
    public static IServiceCollection AddAgents(this IServiceCollection services, ServerOptions options) => services
        .AddSingleton<CurrentSettings>().AddSingleton<ChangeSettings>().AddSingleton<AdmitUser>()
        .AddSingleton(new SkillFolder(options.DataDirectory.Length == 0 ? "" : Path.Combine(options.DataDirectory, "skills")))
        .AddSingleton<SkillCatalog>().AddSingleton<ListSkills>().AddSingleton<CompilePrompt>()
        .AddSingleton(AgentSecretStore.SealedColumn)
        .AddSingleton<AgentCatalog>().AddSingleton<AgentProviders>()
        .AddSingleton<ListAgents>().AddSingleton<GetAgent>().AddSingleton<ApplyAgent>().AddSingleton<SeedBuiltInAgents>()
        .AddSingleton<DraftKeys>().AddSingleton<CheckAgent>().AddSingleton<DescribeAgent>().AddSingleton<ListConfigurations>()
        .AddSingleton<CreateAgent>().AddSingleton<CreatePublishedAgent>().AddSingleton<EditAgent>().AddSingleton<DeleteAgent>()
        .AddSingleton<CloneAgent>().AddSingleton<AgentVersions>().AddSingleton<RollBackAgent>().AddSingleton<AgentSecrets>()
        .AddSingleton<LearnAgentSecrets>().AddHostedService(provider => provider.GetRequiredService<LearnAgentSecrets>())
        .AddSingleton<PublishVersion>().AddSingleton<PublishAgent>().AddSingleton<ChangeAgentState>();
}
