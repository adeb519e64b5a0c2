namespace Koda.Server.Engine.Attempts;

/// <summary>An attempt and the proof of holding it. The token grows with each attempt at the same task.</summary>
internal readonly record struct AttemptKey(Guid AttemptId, long FencingToken);
