namespace Koda.Worker.Snapshots;

/// <summary>The git repository that a workspace lies in. It is read, and written only below <c>objects</c> and <c>refs/koda</c>.</summary>
/// <param name="TopLevel">The directory of its files.</param>
/// <param name="GitDirectory">Where git keeps this work tree's state.</param>
/// <param name="CommonDirectory">Where git keeps what all work trees share.</param>
/// <param name="Format">What its objects are named by: sha1 or sha256.</param>
/// <param name="Writable">Whether snapshots may be kept in it.</param>
internal sealed record UserRepository(string TopLevel, string GitDirectory, string CommonDirectory, string Format, bool Writable)
{
    private static readonly string[] s_questions =
        ["rev-parse", "--path-format=absolute", "--show-toplevel", "--git-dir", "--git-common-dir", "--show-object-format"];

    public string Objects => $"{CommonDirectory}/objects";

    /// <summary>What its user ignores beside the files named .gitignore.</summary>
    public string Excludes => $"{CommonDirectory}/info/exclude";

    /// <summary>Finds the repository of a workspace; null when there is none, or none that speaks for it.</summary>
    /// <param name="git">Git in the workspace.</param>
    /// <param name="workspace">The real path of the workspace.</param>
    /// <param name="cancellationToken">Cuts it off.</param>
    public static async Task<UserRepository?> Find(Git git, string workspace, CancellationToken cancellationToken)
    {
        var answer = await git.Try(s_questions, "", int.MaxValue, cancellationToken);
        // Git refuses to look into a repository of somebody else. What it ignores still counts; nothing is written into it.
        var foreign = answer.ExitCode != 0;
        if (foreign)
            answer = await git.Try(["-c", "safe.directory=*", .. s_questions], "", int.MaxValue, cancellationToken);
        var lines = GitText.Shown(answer.Output).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        // Names with line ends would not come back whole.
        if (answer.ExitCode != 0 || lines.Length != 4 || workspace.Contains('\n', StringComparison.Ordinal))
            return null;
        var found = new UserRepository(lines[0], lines[1], lines[2], lines[3], Writable: false);
        if (!RealPaths.IsWithin(workspace, found.TopLevel) || await found.Ignores(git, workspace, cancellationToken))
            return null;
        return foreign ? found : found.Anew();
    }

    /// <summary>The same, of this worker's user, with another look at whether snapshots may be kept in it.</summary>
    public UserRepository Anew() => this with { Writable = IsOf(TopLevel) && IsPlain() };

    /// <summary>Git at work on this repository as its user's.</summary>
    public Git Open(Git git) => git.With(("GIT_DIR", GitDirectory), ("GIT_WORK_TREE", TopLevel));

    private async Task<bool> Ignores(Git git, string workspace, CancellationToken cancellationToken) =>
        workspace != TopLevel
        && (await Open(git).Try(["check-ignore", "-q", workspace], "", int.MaxValue, cancellationToken)).ExitCode == 0;

    // A `.git` that only points to a repository is trusted when that one points back, as those of further work trees do.
    private bool IsOf(string directory)
    {
        var entry = new DirectoryInfo($"{directory}/.git");
        if (entry.Exists)
            return entry.LinkTarget is null && GitDirectory == CommonDirectory;
        var back = new FileInfo($"{GitDirectory}/gitdir");
        return back is { Exists: true, Length: < 8192 } && File.ReadAllText(back.FullName).Trim() == entry.FullName;
    }

    // Links in it could lead what is written to anywhere.
    private bool IsPlain()
    {
        var objects = new DirectoryInfo(Objects);
        DirectoryInfo[] written = [objects, new($"{CommonDirectory}/refs"), new($"{CommonDirectory}/refs/koda")];
        return objects.Exists && written.Concat(objects.EnumerateDirectories()).All(directory => directory.LinkTarget is null);
    }
}
