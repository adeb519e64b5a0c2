using Koda.Worker.Tools;

namespace Koda.Worker.Snapshots;

/// <summary>
/// Whose the files are that a restore writes anew, and who may read them: git keeps only whether they can be run, and a private file must stay
/// private. They belong to the workspace's owner, as do the directories that are made for them.
/// </summary>
internal sealed class FileModes
{
    private const UnixFileMode Run = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly List<(string File, UnixFileMode Mode)> _modes = [];
    private readonly List<string> _made = [];
    private CommandUser? _owner;

    public static FileModes Of(SnapshotPlace place, IReadOnlyList<FileDifference> files)
    {
        var modes = new FileModes { _owner = CommandUser.Of($"{place.WorkTree}/{place.Folder}") };
        if (modes._owner is not null)
            modes._made.AddRange(files.Select(file => $"{place.WorkTree}/{place.Folder}{file.Path}").SelectMany(file => MissingAbove(file).Append(file)).Distinct());
        foreach (var file in files.Where(file => file.Change == FileDifferences.Modified))
        {
            var path = $"{place.WorkTree}/{place.Folder}{file.Path}";
            if (!OperatingSystem.IsWindows() && new FileInfo(path) is { Exists: true, LinkTarget: null })
                modes._modes.Add((path, File.GetUnixFileMode(path)));
        }
        return modes;
    }

    public void Apply()
    {
        foreach (var path in _made.Where(path => Path.Exists(path) || new FileInfo(path).LinkTarget is not null))
            _owner?.Take(path);
        foreach (var (file, before) in _modes)
        {
            if (OperatingSystem.IsWindows() || new FileInfo(file) is not { Exists: true, LinkTarget: null })
                continue;
            var now = File.GetUnixFileMode(file);
            // Whether it can be run is the snapshot's; the rest stays as it was.
            var kept = (before & ~Run) | (now & Run & (UnixFileMode)(((int)before & 0b100_100_100) >> 2));
            if (kept != now)
                File.SetUnixFileMode(file, kept);
        }
    }

    private static IEnumerable<string> MissingAbove(string file)
    {
        for (var at = Path.GetDirectoryName(file); at is not null && !Directory.Exists(at); at = Path.GetDirectoryName(at))
            yield return at;
    }
}
