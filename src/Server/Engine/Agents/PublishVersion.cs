using Koda.Server.Engine.Audit;
using Koda.Server.Engine.Providers;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Agents;

/// <summary>A version that was published.</summary>
internal sealed record NewAgentVersion(string Id, int Version, DateTimeOffset PublishedAt, string Summary);

/// <summary>Publishes a definition: the one way in which a version comes to be, whoever decided it.</summary>
internal sealed class PublishVersion(SaveProvider saveProvider, AgentCatalog agents, AuditLog audit)
{
    /// <param name="transaction">Holds the agent's lock.</param>
    /// <param name="caller">Who publishes.</param>
    /// <param name="agent">The agent as it is.</param>
    /// <param name="definition">What is published; it becomes the draft too.</param>
    /// <param name="providerApiKey">The key of its provider. Empty: the connection keeps its own.</param>
    /// <param name="origin">Where the definition comes from, when it is not the draft: first words of the summary.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<NewAgentVersion> Execute(
        Transaction transaction,
        Caller caller,
        AgentConfiguration agent,
        AgentDefinition definition,
        string providerApiKey,
        string origin,
        CancellationToken cancellationToken)
    {
        var state = AgentStateMachine.Next(agent.State, AgentTrigger.Publish);
        var changes = AgentFields.Compare(agent.Published ?? new AgentDefinition(), definition);
        var summary = origin + Summary(agent, changes);
        var version = await AgentStore.Publish(
            transaction,
            new AgentStore.VersionToPublish(agent.Id, state, EngineJson.Write(definition), definition.MaxConcurrentTasks, caller.Actor, summary),
            cancellationToken);
        if (definition.Provider is { Kind.Length: > 0 } provider)
        {
            var access = new ProviderAccess(provider.Kind, provider.BaseUrl, providerApiKey);
            await saveProvider.Execute(transaction, AgentProviders.ConnectionOf(agent.Id), access, provider.Options, cancellationToken);
        }
        await Record(transaction, caller, agent, version.Version, changes, cancellationToken);
        agents.ForgetAfter(transaction, agent.Id);
        return new NewAgentVersion(agent.Id, version.Version, version.PublishedAt, summary);
    }

    private async Task Record(
        Transaction transaction, Caller caller, AgentConfiguration agent, int version, IReadOnlyList<FieldChange> changes, CancellationToken cancellationToken)
    {
        var target = $"agent:{agent.Id}";
        var fields = string.Join(", ", changes.Select(change => change.Path));
        await audit.Record(
            transaction,
            caller,
            new SecurityEvent("security.agent.published", target) { Details = new Dictionary<string, string> { ["version"] = $"{version}", ["changed"] = fields } },
            cancellationToken);
        var reach = changes.Where(change => change.Path is "tools" or "permissions").ToDictionary(change => change.Path, change => change.After);
        if (reach.Count > 0)
            await audit.Record(transaction, caller, new SecurityEvent("security.agent.permissions_changed", target) { Details = reach }, cancellationToken);
    }

    private static string Summary(AgentConfiguration agent, IReadOnlyList<FieldChange> changes) => agent.Published is null
        ? "First publication."
        : changes.Count == 0 ? "Nothing changed." : $"Changed {string.Join(", ", changes.Select(change => change.Path))}.";
}
