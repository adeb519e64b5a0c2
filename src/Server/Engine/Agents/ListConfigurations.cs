using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Agents;

internal sealed class ListConfigurations(Database database)
{
    /// <summary>Agents by id: those in a state when one is given, and those that have a text in their id, name or description.</summary>
    /// <exception cref="EngineException">INVALID_CURSOR, INVALID_REQUEST.</exception>
    public async Task<Page<AgentConfiguration>> Execute(
        AgentState? state, string text, int limit, string? cursor, CancellationToken cancellationToken)
    {
        var wanted = state is { } only ? EnumText<AgentState>.Of(only) : "";
        var filters = $"configurations\n{wanted}\n{text}";
        var after = ListCursor.Decode(filters, cursor) ?? "";
        var size = Page.Limit(limit);
        var rows = await database.Read(
            (connection, token) => AgentStore.ListDrafts(connection, wanted, StorableText.Of(text), after, size + 1, token),
            cancellationToken);
        return Page.Of(rows, size, filters, agent => agent.Id);
    }
}
