using System.Globalization;
using Koda.Cli.Tasks;
using Koda.Cli.Terminal;

namespace Koda.Cli.Chat;

/// <summary>Commands about the files that a session changed.</summary>
internal static class FileCommands
{
    private const int LongestList = 2000;

    public static SlashCommand[] All { get; } =
    [
        new("/diff", "[TURN]", "shows what the session changed, or only what a turn and those after it changed", Diff),
        new("/undo", "", "brings the files back to what the last turn found", Undo),
        new("/snapshots", "", "lists what of the files is kept", Snapshots),
        new("/restore", "TURN", "brings the files back to what they were after a turn", Restore),
    ];

    private static async Task Diff(ChatRoom room, string turn, CancellationToken cancellationToken)
    {
        var request = new Code.DiffSessionRequest { SessionId = room.Current.Id };
        if (turn.Length > 0)
        {
            if (Number(room, turn) is not { } number)
                return;
            request.FromTurn = number - 1;
        }
        var diff = await room.Api.DiffAsync(request, cancellationToken);
        if (diff.Files.Count == 0)
            room.Line(diff.NotKept.Count == 0 ? "Nothing is changed." : "Nothing that snapshots hold is changed.");
        else
            DiffView.Write(room.Terminal, diff.Diff);
        if (diff.Truncated)
            room.Line("… the rest is too long to show", Tone.Notice);
        foreach (var file in diff.Files)
            room.Line(ChangeOf(file), Tone.Faint);
        if (diff.NotKept.Count > 0)
            room.Line($"Changed, and in no snapshot: {Printable.Line(string.Join(", ", diff.NotKept), LongestList)}", Tone.Notice);
    }

    private static async Task Undo(ChatRoom room, string arguments, CancellationToken cancellationToken)
    {
        await room.Api.UndoAsync(room.Current.Id, cancellationToken);
        room.Line(
            "The files that snapshots hold are what the last turn found; what it left is kept as snapshot -1. The conversation stays.");
    }

    private static async Task Snapshots(ChatRoom room, string arguments, CancellationToken cancellationToken)
    {
        foreach (var snapshot in await room.Api.ListSnapshotsAsync(room.Current.Id, cancellationToken))
        {
            var files = Units.Count(snapshot.Files.Count, "file");
            room.Line($"{snapshot.TurnIndex,4}  {Units.Age(snapshot.CreatedAt),8}  {files,10}  {Printable.Line(snapshot.Summary, 80)}");
        }
    }

    private static async Task Restore(ChatRoom room, string turn, CancellationToken cancellationToken)
    {
        if (Number(room, turn) is not { } number)
            return;
        await room.Api.RestoreAsync(room.Current.Id, number, cancellationToken);
        room.Line($"The files are what they were after turn {number}; what they were is kept as snapshot -1.");
    }

    private static long? Number(ChatRoom room, string turn)
    {
        if (long.TryParse(turn, CultureInfo.InvariantCulture, out var number))
            return number;
        room.Line("Name a turn by its number; /snapshots lists them.", Tone.Bad);
        return null;
    }

    private static string ChangeOf(Code.FileChange file)
    {
        var lines = file.HasAdded || file.HasRemoved ? $"  +{file.Added} -{file.Removed}" : "";
        return $"{file.Change,-9} {(file.OldPath.Length > 0 ? $"{file.OldPath} → " : "")}{file.Path}{lines}";
    }
}
