using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Koda.Protos.Worker.V1;
using Koda.Worker.Journal;
using Koda.Worker.Loop;
using Koda.Worker.Session;

namespace Koda.Worker.Snapshots;

/// <summary>Work on a workspace that needs no model. Its output is a JSON object.</summary>
/// <param name="snapshots">Where snapshots are kept.</param>
/// <param name="workspace">The real path of the workspace.</param>
/// <param name="assignment">The work.</param>
/// <param name="conversation">What is recorded of the conversation.</param>
/// <param name="recorder">Where the work is recorded.</param>
internal sealed class WorkspaceOperations(
    ISnapshots snapshots, string workspace, Assignment assignment, Conversation conversation, Recorder recorder)
{
    private const int SafetyTurn = -1;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private WorkspaceOperation Work => assignment.Operation;

    public async Task<AttemptOutcome> RunAsync(CancellationToken ct)
    {
        if (!Guid.TryParse(Work.ConversationId, out var conversationId))
            return Invalid($"'{Work.ConversationId}' is no conversation.");
        var subject = new SnapshotSubject(workspace, conversationId) { Denied = Permissions.DeniedBy(assignment.Agent?.Permissions ?? []) };
        try
        {
            return Work.Kind switch
            {
                WorkspaceOperationKind.Restore => await RestoreAsync(subject, ct),
                WorkspaceOperationKind.Diff => Completed(await snapshots.DiffAsync(subject, Work.Commit, Work.OtherCommit, ct)),
                WorkspaceOperationKind.Forget => await ForgetAsync(subject, ct),
                _ => Invalid($"This worker does not know the operation {Work.Kind}."),
            };
        }
        catch (SnapshotException error)
        {
            return new AttemptOutcome.Failed("snapshot.failed", error.Message, error.Retryable);
        }
    }

    private async Task<AttemptOutcome> RestoreAsync(SnapshotSubject subject, CancellationToken ct)
    {
        var mark = new SnapshotMark(SnapshotKind.Safety, SafetyTurn, $"before turn {Work.Turn} was restored", assignment.TaskId);
        var restoration = await snapshots.RestoreAsync(subject, Work.Commit, mark, SecureAsync, ct);
        var restored = SnapshotRestored.Of(Work.Turn, restoration);
        recorder.Report(restored);
        return Completed(restored);
    }

    private async Task<AttemptOutcome> ForgetAsync(SnapshotSubject subject, CancellationToken ct)
    {
        await snapshots.ForgetAsync(subject, ct);
        return Completed(new { Forgotten = true });
    }

    // No file is touched before it is on record what it was.
    private async Task SecureAsync(Snapshot safety, CancellationToken ct)
    {
        if (safety.Mark.Kind == SnapshotKind.Safety && !conversation.HasSnapshot(safety.Commit))
            recorder.Record(SnapshotTaken.Of(safety));
        await recorder.CommittedAsync(ct);
    }

    private static AttemptOutcome.Failed Invalid(string why) => new("operation.invalid", why, Retryable: false);

    private static AttemptOutcome.Completed Completed<T>(T result) => new(JsonSerializer.Serialize(result, Json));
}
