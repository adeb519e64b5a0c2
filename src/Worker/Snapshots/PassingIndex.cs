namespace Koda.Worker.Snapshots;

/// <summary>An index that is gone afterwards, to put a tree together.</summary>
internal static class PassingIndex
{
    /// <param name="place">Whose snapshots.</param>
    /// <param name="fill">Fills the index.</param>
    /// <param name="cancellationToken">Cuts it off.</param>
    /// <returns>The tree of what is in it then.</returns>
    public static async Task<string> Tree(SnapshotPlace place, Func<Git, Task> fill, CancellationToken cancellationToken)
    {
        var index = $"{place.Shadow.Path}/passing-index-{Guid.NewGuid():N}";
        try
        {
            var git = place.Files.With(("GIT_INDEX_FILE", index));
            await fill(git);
            return (await git.Run(cancellationToken, "write-tree")).Trim();
        }
        finally
        {
            File.Delete(index);
        }
    }
}
