using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Artifacts;

/// <summary>Stores content under its digest and links it to a run. The same content is stored once.</summary>
internal sealed class StoreArtifact(Database database, ArtifactFolder folder)
{
    private const int MaxNameLength = 255;

    /// <param name="artifact">What is known of it.</param>
    /// <param name="content">The content, in pieces of any size; a piece is not used after the next one was asked for.</param>
    /// <param name="cancellationToken">Gives up; nothing is stored then.</param>
    /// <exception cref="EngineException">INVALID_REQUEST, ARTIFACT_DIGEST_MISMATCH, PAYLOAD_TOO_LARGE.</exception>
    public async Task<ArtifactRecord> Execute(
        NewArtifact artifact, IAsyncEnumerable<ReadOnlyMemory<byte>> content, CancellationToken cancellationToken)
    {
        Check(artifact);
        await using var upload = new ArtifactUpload(folder);
        await foreach (var chunk in content.WithCancellation(cancellationToken))
            await upload.Write(chunk, cancellationToken);
        var digest = upload.Complete(artifact.Sha256);
        var inlineContent = upload.InlineContent;
        return await database.InTransaction(
            (transaction, token) => ArtifactStore.Insert(transaction, artifact, digest, upload.Size, inlineContent, token),
            cancellationToken);
    }

    private static void Check(NewArtifact artifact)
    {
        if (artifact.Name.Length is 0 or > MaxNameLength || artifact.Name.Contains('\0', StringComparison.Ordinal))
            throw EngineException.InvalidField("name", $"must have 1 to {MaxNameLength} characters");
        if (artifact.MediaType.Length > MaxNameLength || artifact.MediaType.Contains('\0', StringComparison.Ordinal))
            throw EngineException.InvalidField("media_type", $"must have at most {MaxNameLength} characters");
    }
}
