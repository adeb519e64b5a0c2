namespace Koda.Server.Engine;

/// <summary>A part of a list. A null cursor means that it is the last one.</summary>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);
