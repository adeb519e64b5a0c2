using Koda.Server.Engine.Audit;
using Koda.Server.Engine.Providers;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Agents;

/// <summary>
/// Deletes an agent's configuration: draft, secrets and provider key. Its tasks keep the version that they were given; one that needs the
/// key fails and says so.
/// </summary>
internal sealed class DeleteAgent(Database database, AgentCatalog agents, AuditLog audit)
{
    /// <summary>Deleting what is not there is fine.</summary>
    public Task Execute(Caller caller, string id, CancellationToken cancellationToken) => database.InTransaction(
        async (transaction, token) =>
        {
            if (await AgentStore.TryLock(transaction, id, token) is not { } agent)
                return;
            await AgentStore.Delete(transaction, agent.Id, token);
            await AgentSecretStore.Remove(transaction, agent.Id, kind: "", name: "", token);
            await ProviderStore.Remove(transaction, AgentProviders.ConnectionOf(agent.Id), token);
            await audit.Record(transaction, caller, new SecurityEvent("security.agent.deleted", $"agent:{agent.Id}"), token);
            agents.ForgetAfter(transaction, agent.Id);
        },
        cancellationToken);
}
