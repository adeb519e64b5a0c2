using Koda.Protos.Worker.V1;
using Koda.Worker.Journal;
using Koda.Worker.Loop;
using Koda.Worker.Session;

namespace Koda.Worker.Snapshots;

/// <summary>Takes the snapshots of a turn: of what it finds, before it changes anything, and of what it leaves.</summary>
/// <param name="snapshots">Where they are kept.</param>
/// <param name="workspace">The real path of the workspace. Null: the turn can change nothing.</param>
/// <param name="assignment">The turn. Any other task passes through without snapshots.</param>
/// <param name="conversation">What is recorded of the turn.</param>
/// <param name="recorder">Where snapshots are recorded.</param>
/// <param name="denied">Whether the rules forbid to read a file. Null: they forbid none.</param>
internal sealed class TurnSnapshots(
    ISnapshots snapshots,
    string? workspace,
    Assignment assignment,
    Conversation conversation,
    Recorder recorder,
    Func<string, bool>? denied = null)
{
    private readonly HashSet<string> _touched = [];
    private Task _before = Task.CompletedTask;
    private bool _changes;
    private bool _failed;

    // Once a call of the first answer has begun, an earlier attempt took the snapshot before it.
    private bool MayHaveChanged =>
        conversation.Step > 1 || (conversation.Step == 1 && !(conversation.Pending.Count > 0 && conversation.Pending.All(IsUntouched)));

    /// <summary>Runs the turn.</summary>
    /// <param name="turn">The turn itself.</param>
    /// <param name="ct">Cuts it off.</param>
    public async Task<AttemptOutcome> RunAsync(Func<CancellationToken, Task<AttemptOutcome>> turn, CancellationToken ct)
    {
        if (workspace is null || assignment.Turn is not { Snapshots: true } told)
            return await turn(ct);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        _changes = MayHaveChanged;
        // The model is asked meanwhile.
        if (!_changes)
            _before = Task.Run(() => TakeAsync(SnapshotKind.Before, told.Number - 1, $"before turn {told.Number}", over.Token), over.Token);
        try
        {
            var outcome = await turn(ct);
            await _before;
            if (_changes && outcome is AttemptOutcome.Completed or AttemptOutcome.Failed { Retryable: false })
                await TakeAsync(SnapshotKind.Turn, told.Number, assignment.Query, ct);
            return outcome;
        }
        finally
        {
            await over.CancelAsync();
            await _before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Waits until what the turn found is kept. To be called before the first thing that changes a file is recorded.</summary>
    /// <param name="touched">The files and directories that it names, relative to the workspace: they are kept although they are
    /// ignored.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task BeforeChangeAsync(IReadOnlyCollection<string> touched, CancellationToken ct)
    {
        _changes = true;
        await _before.WaitAsync(ct);
        var added = touched.Where(_touched.Add).Where(path => Path.Exists($"{workspace}/{path}")).ToList();
        if (workspace is null || assignment.Turn is not { Snapshots: true } told || added.Count == 0 || _failed)
            return;
        await RecordAsync(() =>
            snapshots.HoldAsync(
                Subject with { Touched = added },
                new SnapshotMark(SnapshotKind.Before, told.Number - 1, $"before turn {told.Number}", assignment.TaskId),
                ct));
    }

    private SnapshotSubject Subject => new(workspace!, Guid.Parse(assignment.Turn.ConversationId)) { Touched = _touched, Denied = denied };

    private static bool IsUntouched(PendingCall call) => !call.Started && call.Result is null;

    private Task TakeAsync(SnapshotKind kind, long turn, string summary, CancellationToken ct) =>
        RecordAsync(async () => await snapshots.TakeAsync(Subject, new SnapshotMark(kind, turn, summary, assignment.TaskId), ct));

    private async Task RecordAsync(Func<Task<Snapshot?>> take)
    {
        try
        {
            // One that this task took before it was cut off may not be recorded yet.
            if (await take() is { } taken && taken.Mark.TaskId == assignment.TaskId && !conversation.HasSnapshot(taken.Commit))
                recorder.Record(SnapshotTaken.Of(taken));
        }
        catch (Exception error) when (error is SnapshotException or IOException or UnauthorizedAccessException)
        {
            _failed = true;
            recorder.Report(new SnapshotFailed(assignment.Turn.Number, error.Message));
        }
    }
}
