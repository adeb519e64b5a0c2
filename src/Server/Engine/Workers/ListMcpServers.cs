using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Workers;

/// <summary>Lists the servers of tools of the connected workers, of whichever server.</summary>
internal sealed class ListMcpServers(Database database)
{
    public async Task<IReadOnlyList<McpServerRecord>> Execute(CancellationToken cancellationToken) =>
        McpServerRecord.Merge(await database.Read(WorkerStore.ListMcp, cancellationToken));
}
