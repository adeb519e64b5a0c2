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
internal sealed class TurnSnapshots(
    ISnapshots snapshots, string? workspace, Assignment assignment, Conversation conversation, Recorder recorder)
{
    private Task _before = Task.CompletedTask;

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
        // The model is asked meanwhile.
        if (!MayHaveChanged)
            _before = Task.Run(() => TakeAsync(SnapshotKind.Before, told.Number - 1, $"before turn {told.Number}", over.Token), over.Token);
        try
        {
            var outcome = await turn(ct);
            await _before;
            if (outcome is AttemptOutcome.Completed or AttemptOutcome.Failed { Retryable: false })
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
    public Task BeforeChangeAsync(CancellationToken ct) => _before.WaitAsync(ct);

    private static bool IsUntouched(PendingCall call) => !call.Started && call.Result is null;

    private async Task TakeAsync(SnapshotKind kind, long turn, string summary, CancellationToken ct)
    {
        try
        {
            var subject = new SnapshotSubject(workspace!, Guid.Parse(assignment.Turn.ConversationId));
            var taken = await snapshots.TakeAsync(subject, new SnapshotMark(kind, turn, summary, assignment.TaskId), ct);
            // One that this task took before it was cut off may not be recorded yet.
            if (taken.Mark.TaskId == assignment.TaskId && !conversation.HasSnapshot(taken.Commit))
                recorder.Record(SnapshotTaken.Of(taken));
        }
        catch (Exception error) when (error is SnapshotException or IOException or UnauthorizedAccessException)
        {
            recorder.Report(new SnapshotFailed(assignment.Turn.Number, error.Message));
        }
    }
}
