using System.Globalization;
using System.Text;
using Koda.Worker.Tools;

namespace Koda.Worker.Snapshots;

/// <summary>Who may read, write and run the files of a snapshot. Git keeps only whether they can be run.</summary>
/// <param name="Plain">The mode of most files that cannot be run.</param>
/// <param name="Runnable">The mode of most files that can.</param>
/// <param name="Others">The modes of the others, by their paths in the work tree as git writes them.</param>
internal sealed record FileModes(int Plain, int Runnable, IReadOnlyDictionary<string, int> Others)
{
    private const string UsualField = "Koda-Modes: ";
    private const string OtherField = "Koda-Mode: ";
    private const int Bits = 0x1FF;
    private const int MaxOthers = 20_000;

    /// <summary>The modes of the files in an index.</summary>
    /// <param name="place">Whose files.</param>
    /// <param name="index">The index.</param>
    public static FileModes Of(SnapshotPlace place, GitIndex index)
    {
        var files = index.Entries.Where(entry => entry.IsFile)
            .Select(entry => (entry.Path, entry.Runs, Mode: Present(place, entry.Path)))
            .Where(file => file.Mode is not null).Select(file => (file.Path, file.Runs, Mode: (int)file.Mode!)).ToList();
        var plain = Usual(files.Where(file => !file.Runs).Select(file => file.Mode));
        var runnable = Usual(files.Where(file => file.Runs).Select(file => file.Mode));
        var others = files
            .Where(file => file.Mode != (file.Runs ? runnable : plain))
            .Take(MaxOthers)
            .ToDictionary(file => file.Path, file => file.Mode);
        return new FileModes(plain, runnable, others);
    }

    /// <summary>Gives files the modes that they had, as far as they are the worker's to give.</summary>
    /// <param name="place">Whose files.</param>
    /// <param name="tree">The snapshot's tree.</param>
    /// <param name="cancellationToken">Cuts it off.</param>
    public async Task Apply(SnapshotPlace place, string tree, CancellationToken cancellationToken)
    {
        foreach (var (path, runs) in Entries(await place.Files.Run(cancellationToken, "ls-tree", "-r", "-z", "--full-tree", tree)))
        {
            var mode = Others.GetValueOrDefault(path, runs ? Runnable : Plain);
            if (mode == 0 || Present(place, path) is not { } now || now == mode || OperatingSystem.IsWindows())
                continue;
            using var file = PlacedFile.Open(Full(place, path)!);
            if (file is null || FileFacts.Of(file) is not { IsFile: true })
                continue;
            try
            {
                File.SetUnixFileMode(NativeFiles.Anchor(file), (UnixFileMode)mode);
            }
            catch (UnauthorizedAccessException)
            {
                // It is somebody else's, who has not given it to the worker: nor could a turn have changed its mode.
            }
        }
    }

    public string Write()
    {
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"{UsualField}{Octal(Plain)} {Octal(Runnable)}"));
        foreach (var (path, mode) in Others.OrderBy(other => other.Key, StringComparer.Ordinal))
            text.Append('\n').Append(OtherField).Append(Octal(mode)).Append(' ').Append(Uri.EscapeDataString(GitText.Shown(path)));
        return text.ToString();
    }

    /// <summary>Reads a commit's message; null where it notes none.</summary>
    public static FileModes? Read(string message)
    {
        var lines = message.Split('\n');
        if (Array.Find(lines, line => line.StartsWith(UsualField, StringComparison.Ordinal))?[UsualField.Length..].Split(' ')
            is not [var plain, var runnable])
            return null;
        var others = lines
            .Where(line => line.StartsWith(OtherField, StringComparison.Ordinal))
            .Select(line => line[OtherField.Length..].Split(' '))
            .ToDictionary(other => GitText.Raw(Uri.UnescapeDataString(other[1])), other => Convert.ToInt32(other[0], 8));
        return new FileModes(Convert.ToInt32(plain, 8), Convert.ToInt32(runnable, 8), others);
    }

    private static string Octal(int mode) => Convert.ToString(mode, 8);

    private static int Usual(IEnumerable<int> modes) => modes.GroupBy(mode => mode).MaxBy(group => group.Count())?.Key ?? 0;

    // "100644 blob hash\tpath"
    private static IEnumerable<(string Path, bool Runs)> Entries(string output) =>
        GitText
            .Entries(output)
            .Where(entry => entry.StartsWith("100", StringComparison.Ordinal))
            .Select(entry =>
                (entry[(entry.IndexOf('\t', StringComparison.Ordinal) + 1)..], entry.StartsWith("100755", StringComparison.Ordinal)));

    // Null: there is no such file, or it is a link.
    private static int? Present(SnapshotPlace place, string path) => Full(place, path) is { } full ? Mode(full) & Bits : null;

    private static int? Mode(string file) => OperatingSystem.IsLinux() ? NativeFiles.FileMode(file)
        : !OperatingSystem.IsWindows() && new FileInfo(file) is { Exists: true, LinkTarget: null } found ? (int)found.UnixFileMode
        : null;

    private static string? Full(SnapshotPlace place, string path) => GitText.Usable(path) is { } name ? $"{place.WorkTree}/{name}" : null;
}
