using Koda.Worker.Snapshots;

namespace Koda.Worker.Journal;

/// <summary>A snapshot of the workspace was taken.</summary>
/// <param name="Turn">The turn whose end it shows; -1 for what a restore replaced.</param>
/// <param name="Commit">Its commit.</param>
/// <param name="Tree">The tree of its files.</param>
/// <param name="Summary">A line for people.</param>
/// <param name="Files">What differs from the one before, or the beginning of that list.</param>
/// <param name="Safety">Whether it holds what a restore replaced.</param>
/// <param name="LeftOut">How many files are not listed. Null: none.</param>
internal sealed record SnapshotTaken(
    long Turn, string Commit, string Tree, string Summary, IReadOnlyList<FileDifference> Files, bool Safety, int? LeftOut = null)
    : IJournalPayload
{
    private const int MaxFiles = 1000;

    public static string Kind => "snapshot.taken";

    public static SnapshotTaken Of(Snapshot snapshot)
    {
        var (commit, tree, mark) = snapshot;
        var left = snapshot.Files.Count - MaxFiles;
        return new SnapshotTaken(
            mark.Turn, commit, tree, SnapshotMark.Line(mark.Summary), [.. snapshot.Files.Take(MaxFiles)], mark.Kind == SnapshotKind.Safety,
            left > 0 ? left : null);
    }
}

/// <summary>The files of the workspace were brought back to a snapshot.</summary>
/// <param name="Turn">The turn whose end it shows.</param>
/// <param name="Commit">The snapshot.</param>
/// <param name="SafetyCommit">What the files were before.</param>
/// <param name="Files">What was changed for it, or the beginning of that list.</param>
/// <param name="LeftOut">How many files are not listed. Null: none.</param>
/// <param name="NotKept">What changed since and stays as it is, since no snapshot holds it. Null: nothing.</param>
internal sealed record SnapshotRestored(
    long Turn,
    string Commit,
    string SafetyCommit,
    IReadOnlyList<FileDifference> Files,
    int? LeftOut = null,
    IReadOnlyList<string>? NotKept = null) : IJournalPayload
{
    private const int MaxFiles = 1000;

    public static string Kind => "snapshot.restored";

    public static SnapshotRestored Of(long turn, Restoration restoration)
    {
        var left = restoration.Files.Count - MaxFiles;
        return new SnapshotRestored(
            turn,
            restoration.Commit,
            restoration.SafetyCommit,
            [.. restoration.Files.Take(MaxFiles)],
            left > 0 ? left : null,
            restoration.NotKept);
    }
}

/// <summary>No snapshot could be taken. The turn goes on without.</summary>
/// <param name="Turn">The turn.</param>
/// <param name="Message">Why.</param>
internal sealed record SnapshotFailed(long Turn, string Message) : IJournalPayload
{
    public static string Kind => "snapshot.failed";
}
