namespace Koda.Worker.Snapshots;

/// <summary>
/// Who may read the files that a restore writes anew: git keeps only whether they can be run, and a private file must stay private.
/// </summary>
internal sealed class FileModes
{
    private const UnixFileMode Run = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly List<(string File, UnixFileMode Mode)> _modes = [];

    public static FileModes Of(SnapshotPlace place, IEnumerable<FileDifference> files)
    {
        var modes = new FileModes();
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
}
