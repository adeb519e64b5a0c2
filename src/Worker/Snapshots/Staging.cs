namespace Koda.Worker.Snapshots;

/// <summary>
/// Takes the files of a workspace into an index: all that git would not ignore, and what its user has added nevertheless.
/// </summary>
/// <param name="place">Whose files.</param>
/// <param name="git">Git with the index.</param>
internal sealed class Staging(SnapshotPlace place, Git git)
{
    // What is larger and new is rarely source, and is copied whole with each change.
    private const long MaxNewFileBytes = 64L * 1024 * 1024;
    private const long MaxNewBytes = 4L * 1024 * 1024 * 1024;
    private const int MaxNewFiles = 500_000;

    private string Root => place.Folder.Length == 0 ? "." : place.Folder.TrimEnd('/');

    /// <exception cref="SnapshotException">There is too much to take in, or git fails.</exception>
    public async Task AddAllAsync(CancellationToken ct)
    {
        var others = await git.RunAsync(
            ct, ["ls-files", "-z", "--others", "--exclude-standard", "--", Literal(GitText.Raw(Root)), .. Without(place.Hidden.Select(GitText.Shown))]);
        var left = LeftOut(GitText.Entries(others));
        string[] paths = [Literal(GitText.Raw(Root)), .. Without(left), .. Without(place.Hidden)];
        await AddAsync(["add", "--all", "--ignore-errors"], paths, mayBeNone: true, ct);
        await AddEvenIfIgnoredAsync(await AddedByUserAsync(ct), ct);
        // An index of before may hold what was not known to be private yet.
        await HiddenFiles.RemoveAsync(place, git, ct);
    }

    /// <summary>Takes in these files whether or not they are ignored.</summary>
    public async Task AddEvenIfIgnoredAsync(IEnumerable<string> paths, CancellationToken ct)
    {
        var there = paths.Where(path => !HiddenFiles.Hold(place, path)).Where(IsThere).Select(path => $":(top,literal){path}").ToList();
        if (there.Count > 0)
            await AddAsync(["add", "--force", "--ignore-errors"], there, mayBeNone: false, ct);
    }

    private async Task AddAsync(string[] command, IReadOnlyList<string> paths, bool mayBeNone, CancellationToken ct)
    {
        string[] arguments = [.. command, "--pathspec-from-file=-", "--pathspec-file-nul"];
        var answer = await git.TryAsync(arguments, string.Join('\0', paths), int.MaxValue, ct);
        // An empty directory matches nothing.
        if (mayBeNone && answer.Errors.Contains("did not match any files", StringComparison.Ordinal))
            return;
        // 1: a file could not be read or went away meanwhile; the others were taken in.
        if (answer.ExitCode != 1)
            Git.Checked(arguments, answer);
    }

    // A name that ends in a slash is a repository of its own: its files are its own affair.
    private List<string> LeftOut(string[] others)
    {
        var left = new List<string>();
        var bytes = 0L;
        foreach (var path in others)
        {
            var size = path.EndsWith('/') ? long.MaxValue : Size(path);
            if (size > MaxNewFileBytes)
                left.Add(path);
            else
                bytes += size;
        }
        if (bytes > MaxNewBytes || others.Length > MaxNewFiles)
            throw new SnapshotException($"{others.Length} new files with {bytes >> 20} MiB are too much for snapshots.");
        return left;
    }

    private long Size(string path)
    {
        if (GitText.Usable(path) is not { } name)
            return 0;
        var file = new FileInfo($"{place.WorkTree}/{name}");
        return file is { Exists: true, LinkTarget: null } ? file.Length : 0;
    }

    private async Task<IEnumerable<string>> AddedByUserAsync(CancellationToken ct)
    {
        if (place.Repository is not { } repository || repository.TopLevel != place.WorkTree)
            return [];
        var users = repository.Open(git)
            .With(("GIT_INDEX_FILE", $"{repository.GitDirectory}/index"), ("GIT_OBJECT_DIRECTORY", repository.Objects));
        string[] arguments = ["ls-files", "-z", "--cached", "--ignored", "--exclude-standard", "--", Literal(GitText.Raw(Root))];
        // An index that cannot be read names nothing.
        var answer = await users.TryAsync(arguments, "", int.MaxValue, ct);
        return answer.ExitCode == 0 ? GitText.Entries(answer.Output) : [];
    }

    private bool IsThere(string path)
    {
        if (GitText.Usable(path) is not { } name)
            return false;
        var file = new FileInfo($"{place.WorkTree}/{name}");
        // Beyond a link lies another directory; the link itself is what the workspace holds.
        return (file.LinkTarget is not null || file.Exists) && RealPaths.Resolve(file.DirectoryName!) == file.DirectoryName;
    }

    private static IEnumerable<string> Without(IEnumerable<string> paths) => paths.Select(path => $":(exclude,top,literal){path.TrimEnd('/')}");

    private static string Literal(string path) => path == "." ? ":(top)" : $":(top,literal){path}";
}
