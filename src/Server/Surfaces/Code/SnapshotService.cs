using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Koda.Server.Http;
using Koda.Server.Engine.Conversations;
using Wire = Koda.Protos.Code.V1;

namespace Koda.Server.Surfaces.Code;

/// <summary>Lists, compares and restores snapshots.</summary>
internal sealed class SnapshotService(ListSnapshots list, RestoreSnapshot restore) : Wire.SnapshotService.SnapshotServiceBase
{
    public override async Task<Wire.ListSnapshotsResponse> ListSnapshots(Wire.ListSnapshotsRequest request, ServerCallContext context) =>
        new() { Snapshots = { (await list.Execute(SessionIds.Session(request.SessionId), context.CancellationToken)).Select(From) } };

    public override async Task<Empty> RestoreSnapshot(Wire.RestoreSnapshotRequest request, ServerCallContext context)
    {
        await restore.Execute(SessionIds.Session(request.SessionId), request.Turn, context.GetPrincipal().Id, context.CancellationToken);
        return new Empty();
    }

    public override async Task<Empty> UndoTurn(Wire.UndoTurnRequest request, ServerCallContext context)
    {
        await restore.Undo(SessionIds.Session(request.SessionId), context.GetPrincipal().Id, context.CancellationToken);
        return new Empty();
    }

    public override async Task<Wire.SessionDiff> DiffSession(Wire.DiffSessionRequest request, ServerCallContext context)
    {
        var diff = await restore.Diff(
            SessionIds.Session(request.SessionId),
            request.HasFromTurn ? request.FromTurn : null,
            request.HasToTurn ? request.ToTurn : null,
            context.GetPrincipal().Id,
            context.CancellationToken);
        return new Wire.SessionDiff
        {
            Diff = diff.Text,
            Truncated = diff.Truncated,
            Files = { diff.Files.Select(From) },
            NotKept = { diff.NotKept ?? [] },
        };
    }

    private static Wire.Snapshot From(ConversationSnapshot snapshot) => new()
    {
        TurnIndex = snapshot.Turn,
        CommitHash = snapshot.Commit,
        Summary = snapshot.Summary,
        Files = { snapshot.Files.Select(From) },
        CreatedAt = Timestamp.FromDateTime(snapshot.TakenAt),
    };

    private static Wire.FileChange From(ChangedFile file)
    {
        var view = new Wire.FileChange { Path = file.Path, Change = file.Change, OldPath = file.OldPath ?? "" };
        if (file.Added is { } added)
            view.Added = added;
        if (file.Removed is { } removed)
            view.Removed = removed;
        return view;
    }
}
