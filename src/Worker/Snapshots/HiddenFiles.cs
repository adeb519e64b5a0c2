namespace Koda.Worker.Snapshots;

/// <summary>
/// What lies in a workspace and is private, or not to be read by the agent: no snapshot holds it, and no restore writes or removes it.
/// </summary>
internal static class HiddenFiles
{
    /// <summary>Whether a path in the work tree, as git writes it, is one of them or lies in one.</summary>
    public static bool Hold(SnapshotPlace place, string path) =>
        place.Hidden.Any(hidden => path == hidden || path.StartsWith(hidden + "/", StringComparison.Ordinal)) || IsDenied(place, path);

    /// <summary>Takes them out of an index.</summary>
    /// <param name="place">Whose files.</param>
    /// <param name="git">Git with the index.</param>
    /// <param name="held">What is in the index.</param>
    /// <param name="cancellationToken">Cuts it off.</param>
    public static async Task Remove(SnapshotPlace place, Git git, IEnumerable<string> held, CancellationToken cancellationToken)
    {
        if (place.Hidden.Count == 0 && place.Subject.Denied is null)
            return;
        var hidden = held.Where(path => Hold(place, path)).ToList();
        if (hidden.Count > 0)
            await git.Feed(
                string.Concat(hidden.Select(path => $"{path}\0")), cancellationToken, "update-index", "--force-remove", "-z", "--stdin");
    }

    /// <summary>A tree without them: one of an older snapshot may have some.</summary>
    public static async Task<string> Without(SnapshotPlace place, string tree, CancellationToken cancellationToken)
    {
        if (place.Hidden.Count == 0 && place.Subject.Denied is null)
            return tree;
        var held = GitText.Entries(await place.Files.Run(cancellationToken, "ls-tree", "-r", "-z", "--name-only", "--full-tree", tree));
        return held.Any(path => Hold(place, path))
            ? await PassingIndex.Tree(place, async git =>
            {
                await git.Run(cancellationToken, "read-tree", tree);
                await Remove(place, git, held, cancellationToken);
            }, cancellationToken)
            : tree;
    }

    private static bool IsDenied(SnapshotPlace place, string path) =>
        path.StartsWith(GitText.Raw(place.Folder), StringComparison.Ordinal)
        && place.Subject.Denied?.Invoke(GitText.Shown(path)[place.Folder.Length..]) == true;
}
