using Koda.Worker.Tools;

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
    private const int MaxTouchedFiles = 2000;

    private string Root => place.Folder.Length == 0 ? "." : place.Folder.TrimEnd('/');

    /// <exception cref="SnapshotException">There is too much to take in, or git fails.</exception>
    public async Task AddAllAsync(CancellationToken ct)
    {
        var users = AddedByUserAsync(ct);
        var (changed, others) = await LookAsync(ct);
        while (others.Where(path => path.EndsWith('/')).ToList() is { Count: > 0 } repositories)
        {
            await InnerRepositories.OpenAsync(git, repositories, ct);
            var before = others.Length;
            (changed, others) = (true, (await LookAsync(ct)).Others);
            // One that git cannot look into stays what it is.
            if (others.Length == before && repositories.All(others.Contains))
                break;
        }
        var left = LeftOut(others);
        if (changed || others.Length > left.Count)
            await AddAsync(["add", "--all", "--ignore-errors"], [Literal(GitText.Raw(Root)), .. Without(left), .. Without(place.Hidden)], mayBeNone: true, ct);
        await AddEvenIfIgnoredAsync([.. await users, .. Touched()], ct);
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

    /// <summary>Whether a snapshot may not hold a file of a workspace, as far as the workspace itself says.</summary>
    public static bool MayLeaveOut(string workspace, string path)
    {
        var real = $"{workspace}/{path}";
        // A repository around the workspace says more about it.
        return !Path.Exists($"{workspace}/{Repositories.Name}") || new FileInfo(real) is { Exists: true, Length: > MaxNewFileBytes }
            || IgnoreFiles.LeavesOut(real, workspace);
    }

    /// <summary>Takes in the touched files that are there, and nothing else.</summary>
    public Task AddTouchedAsync(CancellationToken ct) => AddEvenIfIgnoredAsync(Touched(), ct);

    // What git would take in besides what the index has, and whether something of that is not what it was.
    private async Task<(bool Changed, string[] Others)> LookAsync(CancellationToken ct)
    {
        string[] scope = ["--", Literal(GitText.Raw(Root)), .. Without(place.Hidden.Select(GitText.Shown))];
        var entries = GitText.Entries(await git.RunAsync(ct, ["ls-files", "-z", "-t", "--others", "--modified", "--deleted", "--exclude-standard", .. scope]));
        return (entries.Any(entry => !IsOther(entry)), [.. entries.Where(IsOther).Select(entry => entry[2..])]);
    }

    private static bool IsOther(string entry) => entry.StartsWith("? ", StringComparison.Ordinal);

    private IEnumerable<string> Touched() => place.Subject.Touched.SelectMany(path => FilesAt(GitText.Raw(place.Folder + path))).Take(MaxTouchedFiles);

    private IEnumerable<string> FilesAt(string path)
    {
        var directory = GitText.Usable(path) is { } name ? new DirectoryInfo($"{place.WorkTree}/{name}") : null;
        if (directory is not { Exists: true, LinkTarget: null })
            return [path];
        var all = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = true };
        return directory.EnumerateFiles("*", all).Select(file => Path.GetRelativePath(place.WorkTree, file.FullName))
            .Where(file => !file.Split('/').Contains(Repositories.Name)).Select(GitText.Raw);
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

    // A name that ends in a slash is a repository that git cannot look into.
    private List<string> LeftOut(string[] others)
    {
        var left = new List<string>();
        var bytes = 0L;
        foreach (var path in others)
        {
            var size = path.EndsWith('/') || HiddenFiles.Hold(place, path) ? long.MaxValue : Size(path);
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
