using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Workers;

/// <summary>Lists the connected workers, of whichever server, by name.</summary>
internal sealed class ListWorkers(Database database)
{
    public async Task<IReadOnlyList<WorkerRecord>> Execute(CancellationToken cancellationToken) => await database.Read(WorkerStore.List, cancellationToken);
}
