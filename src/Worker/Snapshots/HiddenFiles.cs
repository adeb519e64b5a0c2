namespace Koda.Worker.Snapshots;

/// <summary>What lies in a workspace and is private: no snapshot holds it, and no restore writes or removes it.</summary>
internal static class HiddenFiles
{
    /// <summary>Whether a path in the work tree, as git writes it, is one of them or lies in one.</summary>
    public static bool Hold(SnapshotPlace place, string path) =>
        place.Hidden.Any(hidden => path == hidden || path.StartsWith(hidden + "/", StringComparison.Ordinal));

    /// <summary>Takes them out of an index.</summary>
    /// <param name="place">Whose files.</param>
    /// <param name="git">Git with the index.</param>
    /// <param name="ct">Cuts it off.</param>
    public static async Task RemoveAsync(SnapshotPlace place, Git git, CancellationToken ct)
    {
        if (place.Hidden.Count > 0)
            await git.FeedAsync(string.Join('\0', place.Hidden.Select(Literal)), ct, "rm", "-r", "-f", "-q", "--cached", "--ignore-unmatch", "--pathspec-from-file=-", "--pathspec-file-nul");
    }

    /// <summary>A tree without them: one of an older snapshot may have some.</summary>
    public static async Task<string> WithoutAsync(SnapshotPlace place, string tree, CancellationToken ct)
    {
        if (place.Hidden.Count == 0 || (await place.Files.RunAsync(ct, ["ls-tree", "-z", "--name-only", "--full-tree", tree, "--", .. place.Hidden.Select(GitText.Shown)])).Length == 0)
            return tree;
        var index = $"{place.Shadow.Path}/without-{Guid.NewGuid():N}";
        try
        {
            var git = place.Files.With(("GIT_INDEX_FILE", index));
            await git.RunAsync(ct, "read-tree", tree);
            await RemoveAsync(place, git, ct);
            return (await git.RunAsync(ct, "write-tree")).Trim();
        }
        finally
        {
            File.Delete(index);
        }
    }

    private static string Literal(string path) => $":(top,literal){path}";
}
