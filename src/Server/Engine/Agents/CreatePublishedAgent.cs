using Koda.Server.Engine.Audit;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Agents;

/// <summary>Creates an agent that takes work at once.</summary>
internal sealed class CreatePublishedAgent(Database database, ApplyAgent apply)
{
    /// <exception cref="EngineException">AGENT_INVALID, with every problem in the details; AGENT_CONFLICT: there is such an
    /// agent.</exception>
    public Task<AppliedAgent> Execute(Caller caller, string id, AgentDefinition definition, CancellationToken cancellationToken) =>
        database.InTransaction(
            async (transaction, token) =>
            {
                ApplyAgent.Check(id, definition);
                if (!await AgentStore.TryCreate(transaction, id, definition, token))
                    throw CreateAgent.IsTaken(id);
                return await apply.Execute(transaction, caller, id, definition, providerApiKey: "", token);
            },
            cancellationToken);
}
