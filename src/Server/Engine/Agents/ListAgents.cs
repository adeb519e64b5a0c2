using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Agents;

internal sealed class ListAgents(Database database)
{
    /// <summary>Agents by id; only those in a state when one is given.</summary>
    /// <exception cref="EngineException">INVALID_CURSOR, INVALID_REQUEST.</exception>
    public async Task<Page<AgentRecord>> Execute(AgentState? state, int limit, string? cursor, CancellationToken cancellationToken)
    {
        var wanted = state is { } only ? EnumText<AgentState>.Of(only) : "";
        var filters = "agents" + wanted;
        var after = ListCursor.Decode(filters, cursor) ?? "";
        var size = Page.Limit(limit);
        var rows = await database.Read(
            (connection, token) => AgentStore.List(connection, key: "", wanted, after, size + 1, token), cancellationToken);
        return Page.Of(rows, size, filters, agent => agent.Id);
    }
}
