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
    /// <param name="cancellationToken">Cuts it off.</param>
    public async Task<AttemptOutcome> Run(Func<CancellationToken, Task<AttemptOutcome>> turn, CancellationToken cancellationToken)
    {
        if (workspace is null || assignment.Turn is not { Snapshots: true } told)
            return await turn(cancellationToken);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _changes = MayHaveChanged;
        // The model is asked meanwhile.
        if (!_changes)
            _before = Task.Run(() => Take(SnapshotKind.Before, told.Number - 1, $"before turn {told.Number}", over.Token), over.Token);
        try
        {
            var outcome = await turn(cancellationToken);
            await _before;
            if (_changes && outcome is AttemptOutcome.Completed or AttemptOutcome.Failed { Retryable: false })
                await Take(SnapshotKind.Turn, told.Number, assignment.Query, cancellationToken);
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
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task BeforeChange(IReadOnlyCollection<string> touched, CancellationToken cancellationToken)
    {
        _changes = true;
        await _before.WaitAsync(cancellationToken);
        var added = touched.Where(_touched.Add).Where(path => Path.Exists($"{workspace}/{path}")).ToList();
        if (workspace is null || assignment.Turn is not { Snapshots: true } told || added.Count == 0 || _failed)
            return;
        await Record(() =>
            snapshots.Hold(
                Subject with { Touched = added },
                new SnapshotMark(SnapshotKind.Before, told.Number - 1, $"before turn {told.Number}", assignment.TaskId),
                cancellationToken));
    }

    private SnapshotSubject Subject => new(workspace!, Guid.Parse(assignment.Turn.ConversationId)) { Touched = _touched, Denied = denied };

    private static bool IsUntouched(PendingCall call) => !call.Started && call.Result is null;

    private Task Take(SnapshotKind kind, long turn, string summary, CancellationToken cancellationToken) =>
        Record(async () => await snapshots.Take(Subject, new SnapshotMark(kind, turn, summary, assignment.TaskId), cancellationToken));

    private async Task Record(Func<Task<Snapshot?>> take)
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
