using Koda.Server.Engine.Providers;
using Koda.Server.Engine.Tasks;

namespace Koda.Server.Engine.Agents;

/// <summary>Which provider connection a task of an agent uses.</summary>
internal sealed class AgentProviders(OpenProvider providers)
{
    /// <summary>The connection that is stored with an agent's own provider.</summary>
    public static string ConnectionOf(string agentId) => $"agent-{agentId}";

    /// <summary>The task's own choice, else the agent's, else the server's default.</summary>
    /// <exception cref="EngineException">PROVIDER_NOT_FOUND.</exception>
    public async Task<ProviderRecord> Resolve(string agentId, AgentDefinition definition, TaskContext context, CancellationToken cancellationToken)
    {
        var named = context.Provider.Length > 0 ? context.Provider : definition.Provider is null ? null : ConnectionOf(agentId);
        if (named is null)
            return await providers.Default(cancellationToken);
        return await providers.Find(named, cancellationToken)
            ?? throw new EngineException(Protos.Common.V1.ErrorReason.ProviderNotFound, $"No provider connection is called '{named}'.");
    }
}
