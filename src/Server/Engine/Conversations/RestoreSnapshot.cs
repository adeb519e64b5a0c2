using Koda.Protos.Common.V1;
using Koda.Server.Engine.Tasks;

namespace Koda.Server.Engine.Conversations;

/// <summary>Brings a conversation's files back, and compares them.</summary>
internal sealed class RestoreSnapshot(RunOperation run)
{
    private const long SafetyTurn = -1;

    /// <summary>Brings the files back to what they were after a turn; -1 is what the last restore replaced.</summary>
    /// <exception cref="EngineException">CONVERSATION_NOT_FOUND, SNAPSHOT_NOT_FOUND, TURN_RUNNING, OPERATION_FAILED,
    /// UNAVAILABLE.</exception>
    public Task Execute(Guid id, long turn, string principal, CancellationToken cancellationToken) =>
        run.Execute(id, (conversation, snapshots) => Restore(id, After(turn, conversation, snapshots), turn), principal, cancellationToken);

    /// <summary>Takes back what the last turn did to the files.</summary>
    /// <inheritdoc cref="Execute"/>
    public Task Undo(Guid id, string principal, CancellationToken cancellationToken) =>
        run.Execute(
            id,
            (conversation, snapshots) =>
                snapshots.Count > 0
                    ? Restore(id, After(conversation.Turns - 1, conversation, snapshots), conversation.Turns - 1)
                    : throw new EngineException(
                        ErrorReason.SnapshotNotFound,
                        "There is nothing to undo: no turn of this session could change files."),
            principal,
            cancellationToken);

    /// <summary>Compares the files after two turns. Null: before the first one, and the files as they are.</summary>
    /// <inheritdoc cref="Execute"/>
    public async Task<FilesDiff> Diff(Guid id, long? from, long? to, string principal, CancellationToken cancellationToken)
    {
        var result = await run.Execute(
            id,
            (conversation, snapshots) => from is null && to is null && snapshots.Count == 0 ? null : new OperationContext(
                OperationKind.Diff,
                id,
                After(from ?? 0, conversation, snapshots).Commit,
                to is { } turn ? After(turn, conversation, snapshots).Commit : "",
                Turn: 0),
            principal,
            cancellationToken);
        return result is null ? FilesDiff.None : EngineJson.Read<FilesDiff>(result);
    }

    /// <summary>
    /// What the last restore replaced. One that was cut off and done again has kept more; the oldest shows what was there before any of it.
    /// </summary>
    private static ConversationSnapshot? Replaced(IReadOnlyList<ConversationSnapshot> snapshots) =>
        snapshots.FirstOrDefault(snapshot => snapshot.Safety) is { } last
            ? snapshots.Last(snapshot => snapshot.Safety && snapshot.RunId == last.RunId)
            : null;

    private static OperationContext Restore(Guid id, ConversationSnapshot snapshot, long turn) =>
        new(OperationKind.Restore, id, snapshot.Commit, OtherCommit: "", turn);

    /// <summary>A turn that changed nothing left the files as the one before it.</summary>
    private static ConversationSnapshot After(long turn, LockedConversation conversation, IReadOnlyList<ConversationSnapshot> snapshots) =>
        (turn == SafetyTurn ? Replaced(snapshots)
            : turn >= 0 && turn <= conversation.Turns ? snapshots.FirstOrDefault(snapshot => !snapshot.Safety && snapshot.Turn <= turn)
            : null)
        ?? throw new EngineException(ErrorReason.SnapshotNotFound, $"The session has no snapshot of turn {turn}.");
}
