using Koda.Protos.Common.V1;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Artifacts;

/// <summary>Opens an artifact for reading.</summary>
internal sealed class OpenArtifact(Database database, ArtifactFolder folder)
{
    /// <returns>The record, and its content as a stream that fails at its end if the content is not what was stored.</returns>
    /// <exception cref="EngineException">ARTIFACT_NOT_FOUND.</exception>
    public async Task<(ArtifactRecord Artifact, Stream Content)> Execute(Guid id, CancellationToken cancellationToken)
    {
        var row = await database.Read((connection, token) => ArtifactStore.Find(connection, id, token), cancellationToken)
            ?? throw new EngineException(ErrorReason.ArtifactNotFound, $"There is no artifact {id}.");
        var content = row.Size > ArtifactUpload.MaxInline ? folder.Open(row.Digest) : await ReadInline(row, cancellationToken);
        return (row.ToRecord(), new DigestCheckingStream(content, row.Digest));
    }

    private async Task<Stream> ReadInline(ArtifactStore.Row row, CancellationToken cancellationToken)
    {
        var content = await database.Read(
            (connection, token) => ArtifactStore.InlineContent(connection, row.Digest, token), cancellationToken);
        return new MemoryStream(content ?? [], writable: false);
    }
}
