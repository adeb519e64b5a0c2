using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Agents;

/// <summary>Gives a new installation the agents that it comes with. One that is there already is left as its owner has it.</summary>
internal sealed class SeedBuiltInAgents(Database database, ApplyAgent applyAgent)
{
    public async Task Execute(CancellationToken cancellationToken)
    {
        foreach (var (id, definition) in BuiltInAgents.All)
        {
            var existing = await database.Read((connection, token) => AgentStore.FindPublished(connection, id, token), cancellationToken);
            if (existing is null)
                await applyAgent.Execute(id, definition, providerApiKey: "", cancellationToken);
        }
    }
}
