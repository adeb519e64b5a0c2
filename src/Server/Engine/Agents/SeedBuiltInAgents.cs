using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Agents;

/// <summary>
/// Gives a new installation the agents that it comes with. One that is there already is left as its owner has it, and one that the owner
/// deleted stays away.
/// </summary>
internal sealed class SeedBuiltInAgents(Database database, ApplyAgent applyAgent)
{
    public async Task Execute(CancellationToken cancellationToken)
    {
        foreach (var (id, definition) in BuiltInAgents.All)
        {
            var known = await database.Read((connection, token) => AgentStore.FindSpelling(connection, id, token), cancellationToken);
            if (known is null)
                await applyAgent.Execute(id, definition, providerApiKey: "", cancellationToken);
        }
    }
}
