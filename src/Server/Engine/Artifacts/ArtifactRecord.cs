namespace Koda.Server.Engine.Artifacts;

/// <summary>Content that a run made or used.</summary>
/// <param name="Id">Its id.</param>
/// <param name="RunId">The run that it belongs to.</param>
/// <param name="Attempt">The attempt that made it; 0 when none did.</param>
/// <param name="Name">A file name for people.</param>
/// <param name="MediaType">As its maker said it.</param>
/// <param name="Sha256">The digest of the content, in lower-case hex.</param>
/// <param name="Size">In bytes.</param>
/// <param name="CreatedAt">By the database's clock.</param>
internal sealed record ArtifactRecord(
    Guid Id, Guid RunId, int Attempt, string Name, string MediaType, string Sha256, long Size, DateTime CreatedAt);
