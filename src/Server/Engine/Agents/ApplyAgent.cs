using System.Security.Cryptography;
using System.Text;
using Koda.Protos.Common.V1;
using Koda.Server.Engine.Providers;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Agents;

internal sealed record AppliedAgent(string Id, int Version, bool Changed, DateTimeOffset PublishedAt);

/// <summary>Creates an agent, or publishes a new version of one. The definition that is published already changes nothing.</summary>
internal sealed class ApplyAgent(Database database, SaveProvider saveProvider, AgentCatalog agents, Broadcast broadcast)
{
    /// <param name="id">The agent's id.</param>
    /// <param name="definition">The whole definition.</param>
    /// <param name="providerApiKey">The key of the definition's provider; it is stored sealed, apart from the definition. Empty: keep the stored one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="EngineException">AGENT_INVALID, with every problem in the details.</exception>
    public async Task<AppliedAgent> Execute(string id, AgentDefinition definition, string providerApiKey, CancellationToken cancellationToken)
    {
        var problems = AgentRules.Problems(id, definition);
        if (problems.Count > 0)
            throw new EngineException(ErrorReason.AgentInvalid, $"The definition of agent '{id}' has {problems.Count} fault(s).", problems);
        var applied = await database.InTransaction(
            async (transaction, token) =>
            {
                var result = await Apply(transaction, id, definition, token);
                if (definition.Provider is { Kind.Length: > 0 } provider)
                {
                    var access = new ProviderAccess(provider.Kind, provider.BaseUrl, providerApiKey);
                    await saveProvider.Execute(transaction, AgentProviders.ConnectionOf(id), access, provider.Options, token);
                }
                return result;
            },
            cancellationToken);
        agents.Forget();
        broadcast.Announce(AgentCatalog.Topic, id);
        return applied;
    }

    private static async Task<AppliedAgent> Apply(Transaction transaction, string id, AgentDefinition definition, CancellationToken cancellationToken)
    {
        var json = EngineJson.Write(definition);
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes(json));
        var published = await AgentStore.Lock(transaction, id, cancellationToken);
        var changed = published.Digest is null || !published.Digest.AsSpan().SequenceEqual(digest);
        if (changed)
            published = await AgentStore.Publish(transaction, id, json, digest, definition.MaxConcurrentTasks, cancellationToken);
        return new AppliedAgent(id, published.Version!.Value, changed, published.PublishedAt!.Value);
    }
}
