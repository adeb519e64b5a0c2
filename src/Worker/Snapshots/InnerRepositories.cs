using Koda.Worker.Tools;

namespace Koda.Worker.Snapshots;

/// <summary>
/// The git repositories inside of a workspace, also submodules. Snapshots hold their files like any others. Git's own files in them are
/// their own affair: of one that a snapshot does not know, nothing is taken away.
/// </summary>
internal static class InnerRepositories
{
    private const string Seed = ".koda-seed";

    /// <summary>Makes git walk over repositories like any directory: it does so once there is something of them in the index.</summary>
    /// <param name="git">Git with the index.</param>
    /// <param name="roots">Their directories, as git writes them, with a slash at the end.</param>
    /// <param name="cancellationToken">Cuts it off.</param>
    public static async Task Open(Git git, IEnumerable<string> roots, CancellationToken cancellationToken)
    {
        // It is gone from the index before anybody asks for its content.
        var empty = (await git.Run(cancellationToken, "hash-object", "--stdin")).Trim();
        await git.Feed(
            string.Concat(roots.Select(root => $"100644 {empty} 0\t{root}{Seed}\0")),
            cancellationToken,
            "update-index",
            "-z",
            "--index-info");
    }

    /// <summary>A tree to restore, with the repositories that are there and that it knows nothing of as they are.</summary>
    /// <param name="place">Whose snapshots.</param>
    /// <param name="wanted">The tree.</param>
    /// <param name="present">The tree of what is there.</param>
    /// <param name="cancellationToken">Cuts it off.</param>
    /// <returns>The tree, and the repositories, as git writes them.</returns>
    public static async Task<(string Tree, IReadOnlyList<string> Kept)> Keep(
        SnapshotPlace place, string wanted, string present, CancellationToken cancellationToken)
    {
        var kept = new List<string>();
        foreach (var root in Roots(place))
        {
            var isInner = kept.Exists(outer => root.StartsWith(outer + "/", StringComparison.Ordinal));
            if (!isInner && await Has(place, present, root, cancellationToken) && !await Has(place, wanted, root, cancellationToken))
                kept.Add(root);
        }
        if (kept.Count == 0)
            return (wanted, kept);
        var tree = await PassingIndex.Tree(place, async git =>
        {
            await git.Run(cancellationToken, "read-tree", wanted);
            foreach (var root in kept)
                await git.Run(cancellationToken, "read-tree", $"--prefix={GitText.Shown(root)}/", $"{present}:{GitText.Shown(root)}");
        }, cancellationToken);
        return (tree, kept);
    }

    private static IEnumerable<string> Roots(SnapshotPlace place)
    {
        var start = place.Folder.Length == 0 ? place.WorkTree : $"{place.WorkTree}/{place.Folder.TrimEnd('/')}";
        return Repositories.Below(start).Where(found => Path.GetFileName(found) == Repositories.Name)
            .Select(found => Path.GetDirectoryName(found)!).Where(root => root != place.WorkTree && root != start)
            .Select(root => GitText.Raw(Path.GetRelativePath(place.WorkTree, root))).Order(StringComparer.Ordinal);
    }

    private static async Task<bool> Has(SnapshotPlace place, string tree, string path, CancellationToken cancellationToken) =>
        (await place.Files.Run(cancellationToken, "ls-tree", "--full-tree", tree, "--", GitText.Shown(path))).Length > 0;
}
