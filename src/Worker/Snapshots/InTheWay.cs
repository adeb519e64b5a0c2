namespace Koda.Worker.Snapshots;

/// <summary>Files that a restore would overwrite although no snapshot holds them, because they are ignored or large.</summary>
internal static class InTheWay
{
    /// <param name="place">Whose files.</param>
    /// <param name="git">Git with an index of the files as they are.</param>
    /// <param name="wanted">What is to be restored.</param>
    /// <param name="cancellationToken">Cuts it off.</param>
    public static async Task<IReadOnlyCollection<string>> Find(
        SnapshotPlace place, Git git, Snapshot wanted, CancellationToken cancellationToken)
    {
        var known = GitText.Entries(await git.Run(cancellationToken, "ls-files", "-z", "--cached")).ToHashSet();
        var found = new HashSet<string>();
        foreach (
            var path in GitText.Entries(await git.Run(cancellationToken, "ls-tree", "-r", "-z", "--name-only", "--full-tree", wanted.Tree)))
        {
            if (known.Contains(path))
                continue;
            // A file may stand where the snapshot has a directory, and the other way round.
            for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = path.IndexOf('/', slash + 1))
                found.Add(path[..slash]);
            found.Add(path);
            found.UnionWith(Below(place, path));
        }
        found.ExceptWith(known);
        return found;
    }

    private static IEnumerable<string> Below(SnapshotPlace place, string path)
    {
        if (GitText.Usable(path) is not { } name)
            return [];
        var directory = new DirectoryInfo($"{place.WorkTree}/{name}");
        if (directory is not { Exists: true, LinkTarget: null })
            return [];
        var all = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0, ReturnSpecialDirectories = false };
        return directory.EnumerateFiles("*", all).Select(file => GitText.Raw(Path.GetRelativePath(place.WorkTree, file.FullName)));
    }
}
