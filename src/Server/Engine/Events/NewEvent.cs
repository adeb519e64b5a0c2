namespace Koda.Server.Engine.Events;

/// <summary>
/// An event to be appended; the log gives it its sequence, time and hash. Known secrets in its payload are redacted before that.
/// </summary>
internal sealed record NewEvent(string Kind, string Actor, Guid RunId, int Attempt, string Payload, string? Usage = null);
