using Koda.Worker.Tools;

namespace Koda.Worker.Snapshots;

/// <summary>
/// Takes the files of a workspace into an index: all that git would not ignore, and what its user has added nevertheless.
/// </summary>
/// <param name="place">Whose files.</param>
/// <param name="index">The index.</param>
/// <param name="objects">Where content goes. Null: where snapshots are kept.</param>
internal sealed class Staging(SnapshotPlace place, WorkingIndex index, PassingObjects? objects = null)
{
    // What is larger and new is rarely source, and is copied whole with each change.
    private const long MaxNewFileBytes = 64L * 1024 * 1024;
    private const long MaxNewBytes = 4L * 1024 * 1024 * 1024;
    private const int MaxNewFiles = 500_000;
    private const int MaxTouchedFiles = 2000;

    private readonly Git _git = objects?.Open(index.Open(place.Files)) ?? index.Open(place.Files);

    private string Root => place.Folder.Length == 0 ? "." : place.Folder.TrimEnd('/');

    /// <exception cref="SnapshotException">There is too much to take in, or git fails.</exception>
    public async Task AddAll(CancellationToken cancellationToken)
    {
        var (changed, others) = await Look(cancellationToken);
        while (others.Where(path => path.EndsWith('/')).ToList() is { Count: > 0 } repositories)
        {
            await InnerRepositories.Open(_git, repositories, cancellationToken);
            var before = others.Length;
            (changed, others) = await Look(cancellationToken);
            // One that git cannot look into stays what it is.
            if (others.Length == before && repositories.All(others.Contains))
                break;
        }
        var left = LeftOut(others);
        string[] found = [.. changed.Where(path => !HiddenFiles.Hold(place, path)), .. others.Except(left)];
        if (found.Length > 0 && !await TryTake(found, cancellationToken))
            await Add(
                ["add", "--all", "--ignore-errors"],
                [Literal(GitText.Raw(Root)), .. Without(left), .. Without(place.Hidden)],
                mayBeNone: true,
                cancellationToken);
        string[] held = [.. index.Read().Entries.Select(entry => entry.Path)];
        await AddEvenIfIgnored([.. await AddedByUser([.. held, .. others], cancellationToken), .. Touched()], cancellationToken);
        // An index of before may hold what was not known to be private yet.
        await HiddenFiles.Remove(place, _git, held, cancellationToken);
    }

    /// <summary>Takes in these files whether or not they are ignored.</summary>
    public async Task AddEvenIfIgnored(IEnumerable<string> paths, CancellationToken cancellationToken)
    {
        var there = paths.Where(path => !HiddenFiles.Hold(place, path)).Where(IsThere).Select(path => $":(top,literal){path}").ToList();
        if (there.Count > 0)
            await Add(["add", "--force", "--ignore-errors"], there, mayBeNone: false, cancellationToken);
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
    public Task AddTouched(CancellationToken cancellationToken) => AddEvenIfIgnored(Touched(), cancellationToken);

    // Git has just said where it looked, and need not walk once more. It takes all or fails: at a file that cannot be read, or is something
    // else by now.
    private async Task<bool> TryTake(string[] found, CancellationToken cancellationToken) =>
        (
            await _git.Try(
                ["update-index", "--add", "--remove", "--replace", "-z", "--stdin"],
                string.Concat(found.Select(path => $"{path}\0")),
                int.MaxValue,
                cancellationToken)).ExitCode == 0;

    // What the index has and is not what it was, and what git would take in besides.
    private async Task<(string[] Changed, string[] Others)> Look(CancellationToken cancellationToken)
    {
        string[] scope = ["--", Literal(GitText.Raw(Root)), .. Without(place.Hidden.Select(GitText.Shown))];
        var entries = GitText.Entries(
            await _git.Run(
                cancellationToken, ["ls-files", "-z", "-t", "--others", "--modified", "--deleted", "--exclude-standard", .. scope]));
        return (
            [.. entries.Where(entry => !IsOther(entry)).Select(entry => entry[2..]).Distinct()],
            [.. entries.Where(IsOther).Select(entry => entry[2..])]);
    }

    private static bool IsOther(string entry) => entry.StartsWith("? ", StringComparison.Ordinal);

    private IEnumerable<string> Touched() =>
        place.Subject.Touched.SelectMany(path => FilesAt(GitText.Raw(place.Folder + path))).Take(MaxTouchedFiles);

    private IEnumerable<string> FilesAt(string path)
    {
        var directory = GitText.Usable(path) is { } name ? new DirectoryInfo($"{place.WorkTree}/{name}") : null;
        if (directory is not { Exists: true, LinkTarget: null })
            return [path];
        var all = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            AttributesToSkip = FileAttributes.None,
            IgnoreInaccessible = true,
        };
        return directory
            .EnumerateFiles("*", all)
            .Select(file => Path.GetRelativePath(place.WorkTree, file.FullName))
            .Where(file => !file.Split('/').Contains(Repositories.Name))
            .Select(GitText.Raw);
    }

    private async Task Add(string[] command, IReadOnlyList<string> paths, bool mayBeNone, CancellationToken cancellationToken)
    {
        string[] arguments = [.. command, "--pathspec-from-file=-", "--pathspec-file-nul"];
        var answer = await _git.Try(arguments, string.Join('\0', paths), int.MaxValue, cancellationToken);
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

    // What the user's git has, and neither the index nor the walk that leaves out what is ignored.
    private async Task<IEnumerable<string>> AddedByUser(string[] found, CancellationToken cancellationToken)
    {
        if (place.Repository is not { } repository || repository.TopLevel != place.WorkTree)
            return [];
        if (await UserIndex.Read(repository, cancellationToken) is var (read, _))
        {
            var folder = GitText.Raw(place.Folder);
            return read.Entries.Where(entry => (entry.IsFile || entry.IsLink) && entry.Path.StartsWith(folder, StringComparison.Ordinal))
                .Select(entry => entry.Path).Except(found);
        }
        var users = repository.Open(_git)
            .With(("GIT_INDEX_FILE", $"{repository.GitDirectory}/index"), ("GIT_OBJECT_DIRECTORY", repository.Objects));
        string[] arguments = ["ls-files", "-z", "--cached", "--ignored", "--exclude-standard", "--", Literal(GitText.Raw(Root))];
        // An index that cannot be read names nothing.
        var answer = await users.Try(arguments, "", int.MaxValue, cancellationToken);
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

    private static IEnumerable<string> Without(IEnumerable<string> paths) =>
        paths.Select(path => $":(exclude,top,literal){path.TrimEnd('/')}");

    private static string Literal(string path) => path == "." ? ":(top)" : $":(top,literal){path}";
}
