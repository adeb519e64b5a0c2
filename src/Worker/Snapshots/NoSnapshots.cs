namespace Koda.Worker.Snapshots;

/// <summary>What a worker without git has: every method says so.</summary>
internal sealed class NoSnapshots : ISnapshots
{
    public Task<Snapshot> Take(SnapshotSubject subject, SnapshotMark mark, CancellationToken cancellationToken) => throw Missing();

    public Task<Snapshot?> Hold(SnapshotSubject subject, SnapshotMark mark, CancellationToken cancellationToken) => throw Missing();

    public Task<Restoration> Restore(
        SnapshotSubject subject,
        string commit,
        SnapshotMark mark,
        Func<Snapshot, CancellationToken, Task> secured,
        CancellationToken cancellationToken) => throw Missing();

    public Task<SnapshotDiff> Diff(SnapshotSubject subject, string from, string to, CancellationToken cancellationToken) => throw Missing();

    public Task Forget(SnapshotSubject subject, CancellationToken cancellationToken) => throw Missing();

    private static SnapshotException Missing() => new("The worker has no git, which snapshots need.");
}
