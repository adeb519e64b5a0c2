using Koda.Protos.Common.V1;
using Koda.Server.Engine.Audit;
using Koda.Server.Engine.Providers;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Agents;

internal sealed record AppliedAgent(string Id, int Version, bool Changed, DateTimeOffset PublishedAt);

/// <summary>
/// Makes an agent be what a file says, in one step: creates it or replaces its draft, and publishes it. The definition that is published
/// already changes nothing.
/// </summary>
internal sealed class ApplyAgent(Database database, PublishVersion publish, SaveProvider saveProvider)
{
    /// <inheritdoc cref="Execute(Caller, string, AgentDefinition, string, CancellationToken)"/>
    public Task<AppliedAgent> Execute(string id, AgentDefinition definition, string providerApiKey, CancellationToken cancellationToken) =>
        Execute(Caller.System, id, definition, providerApiKey, cancellationToken);

    /// <param name="caller">Who applies it.</param>
    /// <param name="id">The agent's id.</param>
    /// <param name="definition">The whole definition.</param>
    /// <param name="providerApiKey">The key of the definition's provider; it is stored sealed, apart from the definition. Empty: keep the
    /// stored one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="EngineException">AGENT_INVALID, with every problem in the details; AGENT_STATE_CONFLICT: it is
    /// archived.</exception>
    public Task<AppliedAgent> Execute(
        Caller caller, string id, AgentDefinition definition, string providerApiKey, CancellationToken cancellationToken)
    {
        Check(id, definition);
        return database.InTransaction(
            (transaction, token) => Execute(transaction, caller, id, definition, providerApiKey, token), cancellationToken);
    }

    /// <inheritdoc cref="Execute(Caller, string, AgentDefinition, string, CancellationToken)"/>
    public async Task<AppliedAgent> Execute(
        Transaction transaction,
        Caller caller,
        string id,
        AgentDefinition definition,
        string providerApiKey,
        CancellationToken cancellationToken)
    {
        Check(id, definition);
        await AgentStore.TryCreate(transaction, id, definition, cancellationToken);
        var agent = await AgentStore.Lock(transaction, id, cancellationToken);
        if (agent is { Version: { } version, PublishedAt: { } at } && EngineJson.Write(agent.Published) == EngineJson.Write(definition))
        {
            await Keep(transaction, agent, definition, providerApiKey, cancellationToken);
            return new AppliedAgent(agent.Id, version, Changed: false, at);
        }
        var published = await publish.Execute(
            transaction, caller, agent, definition, providerApiKey, rolledBackTo: null, cancellationToken);
        return new AppliedAgent(published.Id, published.Version, Changed: true, published.PublishedAt);
    }

    internal static void Check(string id, AgentDefinition definition)
    {
        var problems = AgentRules.Problems(id, definition);
        if (problems.Count > 0)
            throw new EngineException(ErrorReason.AgentInvalid, $"The definition of agent '{id}' has {problems.Count} fault(s).", problems);
    }

    /// <summary>The version stays. A key may still be new, and a draft that went its own way is put right.</summary>
    private async Task Keep(
        Transaction transaction,
        AgentConfiguration agent,
        AgentDefinition definition,
        string providerApiKey,
        CancellationToken cancellationToken)
    {
        if (agent.HasUnpublishedChanges)
            await AgentStore.SaveDraft(transaction, agent.Id, definition, cancellationToken);
        if (definition.Provider is { Kind.Length: > 0 } provider)
        {
            var access = new ProviderAccess(provider.Kind, provider.BaseUrl, providerApiKey);
            await saveProvider.Execute(transaction, AgentProviders.ConnectionOf(agent.Id), access, provider.Options, cancellationToken);
        }
    }
}
