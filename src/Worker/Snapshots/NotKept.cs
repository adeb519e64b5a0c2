namespace Koda.Worker.Snapshots;

/// <summary>What changed in a workspace since a snapshot although no snapshot holds it: ignored, large or hidden files.</summary>
internal static class NotKept
{
    private const int MaxFiles = 200_000;
    private const int MaxNamed = 50;
    private const int MaxOfDirectory = 5;

    // The times of files lag behind the clock that is read.
    private static readonly TimeSpan s_granularity = TimeSpan.FromMilliseconds(10);

    /// <param name="place">Whose files.</param>
    /// <param name="git">Git with an index of the files as they are.</param>
    /// <param name="since">The snapshot.</param>
    /// <param name="cancellationToken">Cuts it off.</param>
    /// <returns>Files relative to the workspace; directories, with a slash, in which there are many. Null: nothing changed.</returns>
    public static async Task<IReadOnlyList<string>?> Since(
        SnapshotPlace place, Git git, Snapshot since, CancellationToken cancellationToken)
    {
        var taken =
            since.Mark.Time > 0
                ? DateTimeOffset.FromUnixTimeMilliseconds(since.Mark.Time) - s_granularity
                : await place.Time(since.Commit, cancellationToken);
        var folder = GitText.Raw(place.Folder);
        // Without ignore files git names all that is not in the index.
        var scope = folder.Length == 0 ? ":(top)" : $":(top,literal){place.Folder}";
        var others = GitText.Entries(await git.Run(cancellationToken, "ls-files", "-z", "--others", "--", scope));
        var changed = others.Take(MaxFiles).Where(path => !place.Hidden.Any(hidden => path.StartsWith(hidden, StringComparison.Ordinal)))
            .Select(GitText.Usable).OfType<string>().Where(path => IsNewer($"{place.WorkTree}/{path}", taken))
            .Select(path => path[place.Folder.Length..]);
        var named = changed.GroupBy(Directory)
            .SelectMany(group => group.Key.Length > 0 && group.Count() > MaxOfDirectory ? [group.Key] : group.ToList())
            .Order(StringComparer.Ordinal).ToList();
        return named.Count == 0 ? null : named.Count > MaxNamed ? [.. named.Take(MaxNamed), $"and {named.Count - MaxNamed} more"] : named;
    }

    private static string Directory(string path) => path[..(path.IndexOf('/', StringComparison.Ordinal) + 1)];

    private static bool IsNewer(string path, DateTimeOffset taken) =>
        new FileInfo(path) is { Exists: true, LinkTarget: null } file && file.LastWriteTimeUtc >= taken.UtcDateTime;
}
