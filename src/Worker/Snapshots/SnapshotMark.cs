using System.Globalization;

namespace Koda.Worker.Snapshots;

/// <summary>Why a snapshot was taken.</summary>
internal enum SnapshotKind
{
    /// <summary>What a turn left.</summary>
    Turn,

    /// <summary>What a turn found.</summary>
    Before,

    /// <summary>What a restore replaced.</summary>
    Safety,

    /// <summary>What a restore brought back.</summary>
    Restored,
}

/// <summary>What is noted with a snapshot, in its commit's message.</summary>
/// <param name="Kind">Why it was taken.</param>
/// <param name="Turn">The turn whose end it shows; -1: none.</param>
/// <param name="Summary">A line for people.</param>
/// <param name="TaskId">The task that took it.</param>
internal sealed record SnapshotMark(SnapshotKind Kind, long Turn, string Summary, string TaskId)
{
    private const int MaxSummaryLength = 100;
    private const string KindField = "Koda-Kind: ";
    private const string TurnField = "Koda-Turn: ";
    private const string TaskField = "Koda-Task: ";
    private const string FolderField = "Koda-Folder: ";
    private const string TimeField = "Koda-Time: ";

    /// <summary>The workspace's path in the snapshot's tree, with a slash at its end. Empty: the tree is the workspace.</summary>
    public string Folder { get; init; } = "";

    /// <summary>When what the files were was looked at, in milliseconds since 1970. 0: not noted.</summary>
    public long Time { get; init; }

    /// <summary>Who may read, write and run the files. Null: not noted.</summary>
    public FileModes? Modes { get; init; }

    /// <summary>The first line of a text, cut to what fits a list.</summary>
    public static string Line(string text)
    {
        var line = text.Trim().Split('\n')[0].Trim();
        line = new string([.. line.Where(character => !char.IsControl(character))]);
        return line.Length <= MaxSummaryLength ? line : line[..MaxSummaryLength].TrimEnd() + "…";
    }

    public string Write() =>
        $"""
        turn {Turn}: {Line(Summary)}

        {KindField}{Kind}
        {TurnField}{Turn}
        {TaskField}{TaskId}
        {FolderField}{Folder}
        {TimeField}{Time}
        {Modes?.Write()}
        """;

    /// <summary>Reads a commit's message; null when the commit is not a snapshot.</summary>
    public static SnapshotMark? Read(string message)
    {
        if (!Enum.TryParse<SnapshotKind>(Field(message, KindField), out var kind)
            || !long.TryParse(Field(message, TurnField), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var turn))
            return null;
        var title = message.Split('\n')[0];
        var summary = title[(title.IndexOf(": ", StringComparison.Ordinal) + 1)..].Trim();
        return new SnapshotMark(kind, turn, summary, Field(message, TaskField))
        {
            Folder = Field(message, FolderField),
            Time = long.TryParse(Field(message, TimeField), CultureInfo.InvariantCulture, out var time) ? time : 0,
            Modes = FileModes.Read(message),
        };
    }

    private static string Field(string message, string name) =>
        message.Split('\n').LastOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?[name.Length..] ?? "";
}
