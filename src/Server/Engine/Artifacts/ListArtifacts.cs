using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Artifacts;

/// <summary>Lists the artifacts of a run, oldest first.</summary>
internal sealed class ListArtifacts(Database database)
{
    public Task<IReadOnlyList<ArtifactRecord>> Execute(Guid runId, CancellationToken cancellationToken) =>
        database.Read((connection, token) => ArtifactStore.List(connection, runId, token), cancellationToken);
}
