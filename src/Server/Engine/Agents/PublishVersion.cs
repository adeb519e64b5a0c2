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
    /// <param name="definition">What is published.</param>
    /// <param name="providerApiKey">The key of its provider. Empty: the connection keeps its own.</param>
    /// <param name="rolledBackTo">The version that the definition was published as before. A draft with changes of its own is kept then.
    /// Null: none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<NewAgentVersion> Execute(
        Transaction transaction,
        Caller caller,
        AgentConfiguration agent,
        AgentDefinition definition,
        string providerApiKey,
        int? rolledBackTo,
        CancellationToken cancellationToken)
    {
        var state = AgentStateMachine.Next(agent.State, AgentTrigger.Publish);
        var changes = AgentFields.Compare(agent.Published ?? new AgentDefinition(), definition);
        var summary = Summary(agent, changes, rolledBackTo);
        var draft = rolledBackTo is not null && agent.HasUnpublishedChanges ? agent.Draft : definition;
        var version = await AgentStore.Publish(
            transaction,
            new AgentStore.VersionToPublish(
                agent.Id,
                state,
                EngineJson.Write(definition),
                EngineJson.Write(draft),
                definition.MaxConcurrentTasks,
                caller.Actor,
                summary),
            cancellationToken);
        if (definition.Provider is { Kind.Length: > 0 } provider)
        {
            var access = new ProviderAccess(provider.Kind, provider.BaseUrl, providerApiKey);
            await saveProvider.Execute(transaction, AgentProviders.ConnectionOf(agent.Id), access, provider.Options, cancellationToken);
        }
        await Record(transaction, caller, agent, version.Version, changes, rolledBackTo, cancellationToken);
        agents.ForgetAfter(transaction, agent.Id);
        return new NewAgentVersion(agent.Id, version.Version, version.PublishedAt, summary);
    }

    private async Task Record(
        Transaction transaction,
        Caller caller,
        AgentConfiguration agent,
        int version,
        IReadOnlyList<FieldChange> changes,
        int? rolledBackTo,
        CancellationToken cancellationToken)
    {
        var target = $"agent:{agent.Id}";
        var fields = string.Join(", ", changes.Select(change => change.Path));
        var kind = rolledBackTo is null ? "security.agent.published" : "security.agent.rolled_back";
        var details = new Dictionary<string, string> { ["version"] = $"{version}", ["changed"] = fields };
        if (rolledBackTo is { } earlier)
            details["to"] = $"{earlier}";
        await audit.Record(transaction, caller, new SecurityEvent(kind, target) { Details = details }, cancellationToken);
        var reach = changes
            .Where(change => change.Path is "tools" or "permissions")
            .ToDictionary(change => change.Path, change => change.After);
        if (reach.Count > 0)
            await audit.Record(
                transaction,
                caller,
                new SecurityEvent("security.agent.permissions_changed", target) { Details = reach },
                cancellationToken);
    }

    private static string Summary(AgentConfiguration agent, IReadOnlyList<FieldChange> changes, int? rolledBackTo) =>
        agent.Published is null
            ? "First publication."
            : (rolledBackTo is { } version ? $"Rolled back to version {version}. " : "") + Changes(changes);

    private static string Changes(IReadOnlyList<FieldChange> changes) =>
        changes.Count == 0 ? "Nothing changed." : $"Changed {string.Join(", ", changes.Select(change => change.Path))}.";
}
