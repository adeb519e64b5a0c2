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

    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private WorkspaceOperation Work => assignment.Operation;

    public async Task<AttemptOutcome> Run(CancellationToken cancellationToken)
    {
        if (!Guid.TryParse(Work.ConversationId, out var conversationId))
            return Invalid($"'{Work.ConversationId}' is no conversation.");
        var subject = new SnapshotSubject(workspace, conversationId) { Denied = Permissions.DeniedBy(assignment.Agent?.Permissions ?? []) };
        try
        {
            return Work.Kind switch
            {
                WorkspaceOperationKind.Restore => await Restore(subject, cancellationToken),
                WorkspaceOperationKind.Diff => Completed(await snapshots.Diff(subject, Work.Commit, Work.OtherCommit, cancellationToken)),
                WorkspaceOperationKind.Forget => await Forget(subject, cancellationToken),
                _ => Invalid($"This worker does not know the operation {Work.Kind}."),
            };
        }
        catch (SnapshotException error)
        {
            return new AttemptOutcome.Failed("snapshot.failed", error.Message, error.Retryable);
        }
    }

    private async Task<AttemptOutcome> Restore(SnapshotSubject subject, CancellationToken cancellationToken)
    {
        var mark = new SnapshotMark(SnapshotKind.Safety, SafetyTurn, $"before turn {Work.Turn} was restored", assignment.TaskId);
        var restoration = await snapshots.Restore(subject, Work.Commit, mark, Secure, cancellationToken);
        var restored = SnapshotRestored.Of(Work.Turn, restoration);
        recorder.Report(restored);
        return Completed(restored);
    }

    private async Task<AttemptOutcome> Forget(SnapshotSubject subject, CancellationToken cancellationToken)
    {
        await snapshots.Forget(subject, cancellationToken);
        return Completed(new { Forgotten = true });
    }

    // No file is touched before it is on record what it was.
    private async Task Secure(Snapshot safety, CancellationToken cancellationToken)
    {
        if (safety.Mark.Kind == SnapshotKind.Safety && !conversation.HasSnapshot(safety.Commit))
            recorder.Record(SnapshotTaken.Of(safety));
        await recorder.Committed(cancellationToken);
    }

    private static AttemptOutcome.Failed Invalid(string why) => new("operation.invalid", why, Retryable: false);

    private static AttemptOutcome.Completed Completed<T>(T result) => new(JsonSerializer.Serialize(result, s_json));
}
