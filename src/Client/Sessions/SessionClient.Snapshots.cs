using Koda.Client.Calls;

namespace Koda.Client.Sessions;

public sealed partial class SessionClient
{
    // Files are compared and brought back by a worker, which may take its time.
    private static readonly TimeSpan s_fileWork = TimeSpan.FromMinutes(5);

    private readonly Code.SnapshotService.SnapshotServiceClient _snapshots;

    /// <summary>Lists the snapshots of a session, newest first.</summary>
    public async Task<IReadOnlyList<Code.Snapshot>> ListSnapshotsAsync(string sessionId, CancellationToken cancellationToken = default) =>
        (
            await _calls.Run(o => _snapshots.ListSnapshotsAsync(new() { SessionId = sessionId }, o), Repeat.WhenSafe, cancellationToken)
        ).Snapshots;

    /// <summary>Brings the files back to what they were when a turn was over. What they are now is kept first.</summary>
    public Task RestoreAsync(string sessionId, long turn, CancellationToken cancellationToken = default) => _calls.Run(
        o => _snapshots.RestoreSnapshotAsync(new() { SessionId = sessionId, Turn = turn }, Patient(o)), Repeat.Never, cancellationToken);

    /// <summary>Brings the files back to what the last turn found.</summary>
    public Task UndoAsync(string sessionId, CancellationToken cancellationToken = default) =>
        _calls.Run(o => _snapshots.UndoTurnAsync(new() { SessionId = sessionId }, Patient(o)), Repeat.Never, cancellationToken);

    /// <summary>Compares the files of two turns' ends.</summary>
    public Task<Code.SessionDiff> DiffAsync(Code.DiffSessionRequest request, CancellationToken cancellationToken = default) =>
        _calls.Run(o => _snapshots.DiffSessionAsync(request, Patient(o)), Repeat.WhenSafe, cancellationToken);

    private Grpc.Core.CallOptions Patient(Grpc.Core.CallOptions options) =>
        options.WithDeadline(_calls.Options.TimeProvider.GetUtcNow().UtcDateTime + s_fileWork);
}
