using Koda.Server.Engine.Audit;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Agents;

/// <summary>Publishes an older version's definition as a new version, so that history only grows.</summary>
internal sealed class RollBackAgent(Database database, CheckAgent check, PublishVersion publish)
{
    /// <exception cref="EngineException">AGENT_NOT_FOUND, AGENT_VERSION_NOT_FOUND, AGENT_STATE_CONFLICT, AGENT_PUBLISH_BLOCKED.</exception>
    public Task<Publication> Execute(Caller caller, string id, int version, CancellationToken cancellationToken) => database.InTransaction(
        async (transaction, token) =>
        {
            var agent = await AgentStore.Lock(transaction, id, token);
            var (_, definition) = await AgentVersions.Find(transaction.Connection, agent, version, token);
            AgentStateMachine.Next(agent.State, AgentTrigger.Publish);
            var report = await check.Execute(transaction.Connection, agent.Id, definition, token);
            report.Require(agent.Id);
            var published = await publish.Execute(transaction, caller, agent, definition, providerApiKey: "", version, token);
            return new Publication(published.Id, published.Version, published.PublishedAt, published.Summary, report.Warnings);
        },
        cancellationToken);
}
