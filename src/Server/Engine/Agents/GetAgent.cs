using Koda.Protos.Common.V1;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Agents;

internal sealed class GetAgent(Database database)
{
    /// <exception cref="EngineException">AGENT_NOT_FOUND.</exception>
    public async Task<AgentRecord> Execute(string id, CancellationToken cancellationToken)
    {
        var key = AgentIds.Key(id);
        if (key.Length == 0)
            throw NotFound(id);
        var found = await database.Read(
            (connection, token) => AgentStore.List(connection, key, state: "", after: "", limit: 1, token), cancellationToken);
        return found.SingleOrDefault() ?? throw NotFound(id);
    }

    public static EngineException NotFound(string id) => new(ErrorReason.AgentNotFound, $"No agent has the id '{id}'.");
}
