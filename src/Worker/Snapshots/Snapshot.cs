namespace Koda.Worker.Snapshots;

/// <summary>Whose snapshots.</summary>
/// <param name="Workspace">The real path of the workspace.</param>
/// <param name="ConversationId">The conversation.</param>
internal sealed record SnapshotSubject(string Workspace, Guid ConversationId)
{
    /// <summary>
    /// Files that are kept although git ignores them, relative to the workspace: those that the conversation's turns touch by name.
    /// </summary>
    public IReadOnlyCollection<string> Touched { get; init; } = [];

    /// <summary>
    /// Whether the rules forbid to read a file, by its path relative to the workspace: then no snapshot holds it, and no restore touches
    /// it. Null: they forbid none.
    /// </summary>
    public Func<string, bool>? Denied { get; init; }
}

/// <summary>A snapshot of a workspace.</summary>
/// <param name="Commit">Its commit.</param>
/// <param name="Tree">The tree of its files.</param>
/// <param name="Mark">What was noted with it.</param>
internal sealed record Snapshot(string Commit, string Tree, SnapshotMark Mark)
{
    /// <summary>Whether it was taken now.</summary>
    public bool IsNew { get; init; }

    /// <summary>What differs from the one before; nothing when it is the first, or when another task took it.</summary>
    public IReadOnlyList<FileDifference> Files { get; init; } = [];
}

/// <summary>A file that differs between two snapshots.</summary>
/// <param name="Path">Its path, relative to the workspace.</param>
/// <param name="Change">One of <see cref="FileDifferences"/>.</param>
internal sealed record FileDifference(string Path, string Change)
{
    /// <summary>The path before, when it was renamed.</summary>
    public string? OldPath { get; init; }

    /// <summary>How many lines came. Null: unknown, or not text.</summary>
    public int? Added { get; init; }

    /// <summary>How many lines went. Null: unknown, or not text.</summary>
    public int? Removed { get; init; }
}

/// <summary>How files differ.</summary>
internal static class FileDifferences
{
    public const string Added = "added";
    public const string Modified = "modified";
    public const string Deleted = "deleted";
    public const string Renamed = "renamed";
}

/// <summary>Files that were brought back.</summary>
/// <param name="Commit">The snapshot that they are from.</param>
/// <param name="SafetyCommit">What they were before.</param>
/// <param name="Files">What was changed for it.</param>
internal sealed record Restoration(string Commit, string SafetyCommit, IReadOnlyList<FileDifference> Files)
{
    /// <summary>What changed since and stays as it is, since no snapshot holds it. Null: nothing.</summary>
    public IReadOnlyList<string>? NotKept { get; init; }
}

/// <summary>What differs between two snapshots.</summary>
/// <param name="Text">A unified diff.</param>
/// <param name="Truncated">Whether the end of the text was left out.</param>
/// <param name="Files">The files, whether or not the text shows them.</param>
internal sealed record SnapshotDiff(string Text, bool Truncated, IReadOnlyList<FileDifference> Files)
{
    /// <summary>What changed since the snapshot and is not compared, since no snapshot holds it. Null: nothing.</summary>
    public IReadOnlyList<string>? NotKept { get; init; }
}
