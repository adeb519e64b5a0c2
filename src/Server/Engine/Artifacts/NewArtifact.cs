namespace Koda.Server.Engine.Artifacts;

/// <summary>
/// What is known of an artifact before its content. <c>Sha256</c>, lower-case hex, is compared with the content; null when not announced.
/// </summary>
internal sealed record NewArtifact(Guid RunId, int Attempt, string Name, string MediaType, string? Sha256 = null);
