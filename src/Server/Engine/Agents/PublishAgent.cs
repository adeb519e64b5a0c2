using Koda.Server.Engine.Audit;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Agents;

/// <summary>A publication, and what was noticed on the way.</summary>
internal sealed record Publication(
    string Id, int Version, DateTimeOffset PublishedAt, string Summary, IReadOnlyList<AgentFinding> Warnings);

/// <summary>Publishes the draft. One that is published already changes nothing, unless it brings a new provider key.</summary>
internal sealed class PublishAgent(Database database, CheckAgent check, DraftKeys keys, PublishVersion publish)
{
    /// <param name="caller">Who publishes.</param>
    /// <param name="id">The agent.</param>
    /// <param name="etag">The draft that the caller decided on. Empty: the one that is there.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="EngineException">AGENT_NOT_FOUND, AGENT_CONFLICT, AGENT_STATE_CONFLICT, AGENT_PUBLISH_BLOCKED with every problem in
    /// the details.</exception>
    public Task<Publication> Execute(Caller caller, string id, string etag, CancellationToken cancellationToken) => database.InTransaction(
        async (transaction, token) =>
        {
            var agent = await AgentStore.Lock(transaction, id, token);
            agent.Require(etag);
            AgentStateMachine.Next(agent.State, AgentTrigger.Publish);
            var report = await check.Execute(transaction.Connection, agent.Id, agent.Draft, token);
            report.Require(agent.Id);
            var key = await keys.Take(transaction, agent.Id, token);
            if (key.Length == 0 && agent is { HasUnpublishedChanges: false, Version: { } version, PublishedAt: { } at })
                return new Publication(agent.Id, version, at, $"Nothing changed since version {version}.", report.Warnings);
            var published = await publish.Execute(transaction, caller, agent, agent.Draft, key, rolledBackTo: null, token);
            return new Publication(published.Id, published.Version, published.PublishedAt, published.Summary, report.Warnings);
        },
        cancellationToken);
}
