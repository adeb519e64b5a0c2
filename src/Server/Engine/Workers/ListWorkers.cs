using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Workers;

/// <summary>Lists the connected workers, of whichever server, by name, with what each works on.</summary>
internal sealed class ListWorkers(Database database)
{
    public async Task<IReadOnlyList<WorkerRecord>> Execute(CancellationToken cancellationToken)
    {
        var held = await database.Read(WorkerStore.ListHeld, cancellationToken);
        var workers = await database.Read(WorkerStore.List, cancellationToken);
        return [.. workers.Select(worker => worker with { Holds = held.GetValueOrDefault(worker.Id, HeldWork.None) })];
    }
}
