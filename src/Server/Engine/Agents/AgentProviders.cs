using Koda.Server.Engine.Providers;
using Koda.Server.Engine.Tasks;

namespace Koda.Server.Engine.Agents;

/// <summary>Which provider connection a task of an agent uses.</summary>
internal sealed class AgentProviders(OpenProvider providers)
{
    /// <summary>The connection that is stored with an agent's own provider.</summary>
    public static string ConnectionOf(string agentId) => $"agent-{agentId.ToLowerInvariant()}";

    /// <summary>The task's own choice, else the agent's, else the server's default.</summary>
    /// <exception cref="EngineException">PROVIDER_NOT_FOUND.</exception>
    public async Task<ProviderRecord> Resolve(string agentId, AgentDefinition definition, TaskContext context, CancellationToken cancellationToken)
    {
        if (context.Provider.Length > 0)
            return WithOptions(await Find(context.Provider, cancellationToken), definition);
        return definition.NamesProvider
            ? await Find(ConnectionOf(agentId), cancellationToken)
            : WithOptions(await providers.Default(cancellationToken), definition);
    }

    /// <summary>An agent that leaves the provider open may have options for the offline one; the options of others depend on their kind.</summary>
    private static ProviderRecord WithOptions(ProviderRecord provider, AgentDefinition definition) =>
        provider.Kind == "offline" && !definition.NamesProvider && definition.Provider is { Options.Length: > 0 } open
            ? provider with { Options = open.Options }
            : provider;

    private async Task<ProviderRecord> Find(string id, CancellationToken cancellationToken) =>
        await providers.Find(id, cancellationToken)
            ?? throw new EngineException(Protos.Common.V1.ErrorReason.ProviderNotFound, $"No provider connection is called '{id}'.");
}
