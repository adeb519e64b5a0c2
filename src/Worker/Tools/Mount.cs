namespace Koda.Worker.Tools;

/// <summary>What a sandbox shows at a path.</summary>
/// <param name="Path">The real path.</param>
/// <param name="Kind">How.</param>
/// <param name="Source">What is shown there. Null: what lies there.</param>
internal sealed record Mount(string Path, MountKind Kind, string? Source = null)
{
    /// <summary>
    /// The arguments of <c>bwrap</c> for mounts, in an order in which none hides another: what lies below follows what it lies in. At one
    /// path the last given counts.
    /// </summary>
    public static IEnumerable<string> Arguments(IEnumerable<Mount> mounts)
    {
        var ordered = mounts
            .Select((mount, index) => (mount, index))
            .GroupBy(each => each.mount.Path)
            .Select(same => same.MaxBy(each => each.index).mount)
            .OrderBy(mount => mount.Path, StringComparer.Ordinal)
            .ToList();
        // What is covered is closed for good only when everything that is shown in it is there.
        return
        [
            .. ordered.SelectMany(mount => mount.Opened(ordered)),
            .. ordered.Where(mount => mount.IsDirectoryCover).SelectMany(mount => new[] { "--remount-ro", mount.Path }),
        ];
    }

    /// <summary>
    /// Mounts over the directories between a path and the root of what can be changed: they cannot be moved away then, and so neither can
    /// the path.
    /// </summary>
    public static IEnumerable<Mount> Holding(string path, string root)
    {
        for (
            var at = System.IO.Path.GetDirectoryName(path);
            at is not null && at != root && RealPaths.IsWithin(at, root);
            at = System.IO.Path.GetDirectoryName(at))
            yield return new Mount(at, MountKind.Writable);
    }

    /// <summary>The arguments that make the directories above mounts, such that everybody may go through them.</summary>
    public static IEnumerable<string> Parents(IEnumerable<Mount> mounts) =>
        mounts
            .SelectMany(mount => Above(mount.Path))
            .Distinct()
            .Order(StringComparer.Ordinal)
            .SelectMany(path => new[] { "--perms", "0755", "--dir", path });

    private static IEnumerable<string> Above(string path)
    {
        for (var at = System.IO.Path.GetDirectoryName(path); at is not (null or "/" or "/proc"); at = System.IO.Path.GetDirectoryName(at))
            yield return at;
    }

    private bool IsDirectoryCover => Kind == MountKind.Cover && Directory.Exists(Path);

    private string[] Opened(List<Mount> all) => Kind switch
    {
        MountKind.Readable => ["--ro-bind-try", Source ?? Path, Path],
        MountKind.Writable => ["--bind-try", Source ?? Path, Path],
        // A device that must not be opened: whoever tries is told that he has no right to.
        _ when !IsDirectoryCover => ["--ro-bind", "/dev/null", Path],
        _ => ["--perms", all.Exists(mount => mount != this && RealPaths.IsWithin(mount.Path, Path)) ? "0111" : "0000", "--tmpfs", Path],
    };
}

/// <summary>How something is shown in a sandbox.</summary>
internal enum MountKind
{
    /// <summary>It can be read.</summary>
    Readable,

    /// <summary>It can be read and changed.</summary>
    Writable,

    /// <summary>It is not shown: a directory is empty and closed, a file cannot be opened.</summary>
    Cover,
}
