namespace Koda.Files;

/// <summary>
/// Koda's own directories: the tokens, the master key, the database, the workers' files. What lies in them is for no agent, by whichever
/// path: also through links, by a bind mount, and by a hard link to one of their files.
/// </summary>
/// <param name="directories">Their absolute paths. They need not exist yet.</param>
internal sealed class DataDirectories(IEnumerable<string> directories)
{
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(1);

    // Each may be a link to where there is more room, or to another disk. Skills are no secret, and may be kept where people work on them.
    private static readonly string[] s_parts =
        ["artifacts", "logs", "master.key", "operator.token", "postgres", "session.json", "setup.code", "worker", "worker.token"];

    private static readonly EnumerationOptions s_everything = new() { AttributesToSkip = 0, IgnoreInaccessible = true };

    private readonly string[] _directories = [.. directories.Select(Path.GetFullPath).Distinct()];
    private Known _known = new([], [], long.MinValue);

    /// <summary>Their real paths, and those of their parts that lie elsewhere.</summary>
    public IReadOnlyList<string> Paths => Look().Paths;

    /// <summary>Whether a real path, which need not exist, is one of them or lies in one.</summary>
    public bool Hold(string real)
    {
        var known = Look();
        if (known.Paths.Any(path => RealPaths.IsWithin(real, path)))
            return true;
        for (var at = real; at is not null; at = Path.GetDirectoryName(at))
        {
            if (FileFacts.Of(at) is { } facts && known.Identities.Contains(facts.Identity))
                return true;
        }
        return false;
    }

    /// <summary>Those of them that lie at or below a real path, with what is mounted from them there.</summary>
    public IEnumerable<string> Below(string directory) =>
        Paths.Concat(MountPoints().Where(Hold)).Where(path => RealPaths.IsWithin(path, directory)).Distinct();

    /// <summary>Whether an open file is one of theirs, whatever its name.</summary>
    public bool Hold(FileFacts file) => Look().Identities.Contains(file.Identity);

    private Known Look()
    {
        var now = Environment.TickCount64;
        if (_known.Until > now)
            return _known;
        var moved = _directories.SelectMany(directory => s_parts.Select(part => $"{directory}/{part}")).Where(IsLink);
        var paths = _directories.Concat(_directories.Concat(moved).Select(RealPaths.Resolve)).Distinct().ToList();
        var facts = paths.Select(path => FileFacts.Of(path)).Concat(paths.SelectMany(Entries)).OfType<FileFacts>();
        return _known = new Known(paths, [.. facts.Select(each => each.Identity)], now + (long)s_fresh.TotalMilliseconds);
    }

    private static List<FileFacts?> Entries(string directory)
    {
        try
        {
            return
            [
                .. Directory
                    .EnumerateFileSystemEntries(directory, "*", s_everything)
                    .Select(entry => FileFacts.Of(entry, followLink: false)),
            ];
        }
        catch (Exception none) when (none is IOException or UnauthorizedAccessException)
        {
            // It is not there yet, is a file, or is not for this user, whose agents then cannot open it either.
            return [];
        }
    }

    private static IEnumerable<string> MountPoints() => File.Exists("/proc/self/mounts")
        ? File.ReadLines("/proc/self/mounts").Select(line => line.Split(' ')).Where(mount => mount.Length > 1)
            .Select(mount => mount[1].Replace("\\040", " ", StringComparison.Ordinal))
        : [];

    private static bool IsLink(string path) => new FileInfo(path).LinkTarget is not null;

    private sealed record Known(IReadOnlyList<string> Paths, HashSet<FileIdentity> Identities, long Until);
}
