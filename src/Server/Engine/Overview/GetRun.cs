using Koda.Protos.Common.V1;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Overview;

/// <summary>Reads a run of any kind, with those that it has started.</summary>
internal sealed class GetRun(Database database)
{
    /// <exception cref="EngineException">RUN_NOT_FOUND.</exception>
    public async Task<(RunRecord Run, IReadOnlyList<RunRecord> Children)> Execute(Guid id, CancellationToken cancellationToken)
    {
        var found = await database.Read((connection, token) => RunQueries.Find(connection, id, token), cancellationToken);
        return found.Count > 0 && found[0].Id == id ? (found[0], found[1..]) : throw NotFound();
    }

    public static EngineException NotFound() => new(ErrorReason.RunNotFound, "No run has this id.");
}
