namespace Koda.Worker.Snapshots;

/// <summary>
/// Keeps what the files of workspaces were, beside what their users keep of them. Every method throws <see cref="SnapshotException"/>.
/// </summary>
internal interface ISnapshots
{
    /// <summary>Takes a snapshot, unless the files are those of the conversation's latest one and no restore came between.</summary>
    /// <returns>The new snapshot, or the latest one. What differs from the one before is told of those that this task took.</returns>
    Task<Snapshot> Take(SnapshotSubject subject, SnapshotMark mark, CancellationToken cancellationToken);

    /// <summary>Adds the touched files, as they are, to what the latest snapshot holds.</summary>
    /// <returns>The new snapshot. Null: it holds them, there are none, or there is no snapshot.</returns>
    Task<Snapshot?> Hold(SnapshotSubject subject, SnapshotMark mark, CancellationToken cancellationToken);

    /// <summary>Brings the files back to a snapshot. It may be cut off anywhere and done again, to the same result.</summary>
    /// <param name="subject">Whose files.</param>
    /// <param name="commit">The snapshot. Empty: the oldest.</param>
    /// <param name="mark">What is noted with the snapshot that is taken first.</param>
    /// <param name="secured">Called with that snapshot before any file is touched.</param>
    /// <param name="cancellationToken">Cuts it off.</param>
    Task<Restoration> Restore(
        SnapshotSubject subject,
        string commit,
        SnapshotMark mark,
        Func<Snapshot, CancellationToken, Task> secured,
        CancellationToken cancellationToken);

    /// <summary>Compares two snapshots, or one with the files as they are.</summary>
    /// <param name="subject">Whose files.</param>
    /// <param name="from">The one before. Empty: the oldest.</param>
    /// <param name="to">The one after. Empty: the files as they are.</param>
    /// <param name="cancellationToken">Cuts it off.</param>
    Task<SnapshotDiff> Diff(SnapshotSubject subject, string from, string to, CancellationToken cancellationToken);

    /// <summary>Removes the snapshots of a conversation.</summary>
    Task Forget(SnapshotSubject subject, CancellationToken cancellationToken);
}
