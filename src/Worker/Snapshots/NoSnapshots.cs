namespace Koda.Worker.Snapshots;

/// <summary>What a worker without git has: every method says so.</summary>
internal sealed class NoSnapshots : ISnapshots
{
    public Task<Snapshot> TakeAsync(SnapshotSubject subject, SnapshotMark mark, CancellationToken ct) => throw Missing();

    public Task<Snapshot?> HoldAsync(SnapshotSubject subject, SnapshotMark mark, CancellationToken ct) => throw Missing();

    public Task<Restoration> RestoreAsync(
        SnapshotSubject subject, string commit, SnapshotMark mark, Func<Snapshot, CancellationToken, Task> secured, CancellationToken ct) =>
        throw Missing();

    public Task<SnapshotDiff> DiffAsync(SnapshotSubject subject, string from, string to, CancellationToken ct) => throw Missing();

    public Task ForgetAsync(SnapshotSubject subject, CancellationToken ct) => throw Missing();

    private static SnapshotException Missing() => new("The worker has no git, which snapshots need.");
}
