using Koda.Server.Engine.Agents;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Tasks;

internal sealed class ListTasks(Database database, AgentCatalog agents)
{
    private static readonly Guid s_newest = Guid.AllBitsSet;

    /// <summary>Tasks that match, newest first.</summary>
    /// <exception cref="EngineException">INVALID_CURSOR, INVALID_REQUEST.</exception>
    public async Task<Page<TaskRecord>> Execute(TaskFilter filter, int limit, string? cursor, CancellationToken cancellationToken)
    {
        if (filter.AgentId.Length > 0)
            filter = filter with { AgentId = await agents.Spelling(filter.AgentId, cancellationToken) };
        var filters = "tasks" + EngineJson.Write(filter);
        var before = ListCursor.DecodeId(filters, cursor) ?? s_newest;
        var size = Page.Limit(limit);
        var rows = await database.Read(
            (connection, token) => TaskStore.List(connection, filter, before, size + 1, token), cancellationToken);
        return Page.Of(rows, size, filters, task => task.Id.ToString("N"));
    }
}
