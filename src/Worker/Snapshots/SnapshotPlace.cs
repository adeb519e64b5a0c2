using System.Globalization;
using Koda.Worker.Tools;

namespace Koda.Worker.Snapshots;

/// <summary>Where the snapshots of a conversation are, and how its files are reached.</summary>
internal sealed class SnapshotPlace
{
    private const string NoCommit = "";
    private const string MostCommits = "--max-count=10000";

    private readonly Git _refs;
    private readonly string _ref;
    private readonly KnownPlaces _known;

    private SnapshotPlace(Git files, Git refs, ShadowDirectory shadow, SnapshotSubject subject, KnownPlaces known) =>
        (Files, _refs, Shadow, Subject, _ref, _known) = (files, refs, shadow, subject, Ref(subject), known);

    public SnapshotSubject Subject { get; }

    public ShadowDirectory Shadow { get; }

    /// <summary>Git at work on the files. It needs an index.</summary>
    public Git Files { get; }

    /// <summary>The user's repository, whether or not it keeps the snapshots. Null: there is none.</summary>
    public UserRepository? Repository { get; private init; }

    /// <summary>The directory whose tree snapshots hold.</summary>
    public required string WorkTree { get; init; }

    /// <summary>The workspace's path in it, with a slash at its end. Empty: it is the work tree.</summary>
    public required string Folder { get; init; }

    /// <summary>The ignore file of the worker's user. Null: there is none.</summary>
    public string? IgnoreFile { get; private init; }

    /// <summary>What no snapshot holds: paths in the work tree, as git writes them.</summary>
    public required IReadOnlyList<string> Hidden { get; init; }

    /// <summary>Where git keeps the content of the snapshots.</summary>
    public required string Objects { get; init; }

    /// <summary>How long the names of objects are, in bytes.</summary>
    public required int HashLength { get; init; }

    private string RefDirectory { get; init; } = "";

    /// <summary>The latest snapshot. Null: there is none yet.</summary>
    public Snapshot? Tip { get; private init; }

    /// <summary>The commit that the first snapshot grows from. Null: none.</summary>
    public string? Base { get; private init; }

    public static string Ref(SnapshotSubject subject) => $"refs/koda/{subject.ConversationId}";

    /// <summary>Finds the place. A conversation stays where its first snapshot is.</summary>
    public static async Task<SnapshotPlace> Find(
        string program, string data, SnapshotSubject subject, PrivatePaths hidden, KnownPlaces known, CancellationToken cancellationToken)
    {
        var git = new Git(program, subject.Workspace, new Dictionary<string, string>());
        var home = ShadowDirectory.Home(data, subject.Workspace);
        var own = ShadowDirectory.OpenOwn(home);
        var (excludes, found) = (UserExcludes.Find(git, cancellationToken), known.Repository(git, subject.Workspace, cancellationToken));
        var (ignore, repository) = (await excludes, await found);
        var kept = !own.Has(Ref(subject)) && repository is { Writable: true };
        var refs = kept ? repository!.Open(git) : git.With(("GIT_DIR", own.Path));
        var shadow = kept ? ShadowDirectory.OpenBeside(home, repository!) : own;
        var refDirectory = kept ? repository!.CommonDirectory : own.Path;
        var (tip, head) = known.Tip($"{refDirectory}/{Ref(subject)}") is { } noted
            ? (noted, null)
            : await ReadTip(refs, Ref(subject), cancellationToken);
        shadow.Exclude(repository?.Excludes);
        var folder = tip?.Mark.Folder ?? FolderIn(repository, subject.Workspace);
        var workTree = folder.Length == 0 ? subject.Workspace : subject.Workspace[..^folder.Length];
        var objects = kept ? repository!.Objects : $"{own.Path}/objects";
        var files = new Git(program, workTree, Variables(shadow, workTree, ignore, objects));
        return new SnapshotPlace(files, refs, shadow, subject, known)
        {
            Repository = repository,
            WorkTree = workTree,
            Folder = folder,
            Objects = objects,
            HashLength = GitIndex.HashLength(kept ? repository!.Format : "sha1"),
            IgnoreFile = ignore,
            Hidden = [.. hidden.Within(subject.Workspace).Select(path => GitText.Raw(path[(workTree.TrimEnd('/').Length + 1)..]))],
            RefDirectory = refDirectory,
            Tip = tip,
            Base = kept ? head : null,
        };
    }

    /// <summary>Makes a commit the latest snapshot, if that is still what it was when this place was found.</summary>
    public async Task Move(Snapshot made, string? from, CancellationToken cancellationToken)
    {
        string[] arguments = ["update-ref", _ref, made.Commit, from ?? NoCommit];
        var answer = await _refs.Try(arguments, "", int.MaxValue, cancellationToken);
        if (answer.ExitCode != 0 && RemoveStaleLock())
            answer = await _refs.Try(arguments, "", int.MaxValue, cancellationToken);
        Git.Checked(arguments, answer);
        _known.Note($"{RefDirectory}/{_ref}", made);
    }

    /// <summary>Removes the conversation's snapshots.</summary>
    public async Task Forget(CancellationToken cancellationToken)
    {
        if (Tip is not null)
            await _refs.Run(cancellationToken, "update-ref", "-d", _ref);
        File.Delete(Shadow.Index(Subject.ConversationId));
        // The user's git clears up his repository; nobody else does it for one of Koda's own.
        if (RefDirectory != Shadow.Path)
            return;
        if ((await _refs.Run(cancellationToken, "for-each-ref", "--count=1")).Length > 0)
            await _refs.Run(cancellationToken, "-c", "gc.autoDetach=false", "gc", "--auto", "--quiet");
        else
            Directory.Delete(Shadow.Path, recursive: true);
    }

    /// <summary>Reads a commit; null when it is not a snapshot.</summary>
    public async Task<Snapshot?> Read(string commit, CancellationToken cancellationToken)
    {
        if (commit.Length is < 40 or > 64 || !commit.All(char.IsAsciiHexDigit))
            return null;
        string[] arguments = ["log", "-1", "--no-show-signature", "--format=%H%x00%T%x00%B", commit, "--"];
        var answer = await _refs.Try(arguments, "", int.MaxValue, cancellationToken);
        return answer.ExitCode == 0 ? Parse(answer.Output) : null;
    }

    /// <summary>When a commit was made, to the second.</summary>
    public async Task<DateTimeOffset> Time(string commit, CancellationToken cancellationToken) =>
        DateTimeOffset.FromUnixTimeSeconds(
            long.Parse(
                (await _refs.Run(cancellationToken, "log", "-1", "--no-show-signature", "--format=%ct", commit, "--")).Trim(),
                CultureInfo.InvariantCulture));

    /// <summary>The snapshots of the conversation, newest first.</summary>
    public async Task<IReadOnlyList<Snapshot>> History(CancellationToken cancellationToken)
    {
        string[] arguments = ["log", "--first-parent", MostCommits, "--no-show-signature", "--format=%H%x00%T%x00%B%x00%x00", _ref, "--"];
        var commits = (await _refs.Try(arguments, "", int.MaxValue, cancellationToken)).Output.Split(
            "\0\0", StringSplitOptions.RemoveEmptyEntries);
        // The user's own commits follow.
        return [.. commits.Select(Parse).TakeWhile(read => read is not null).OfType<Snapshot>()];
    }

    // Nobody but the holder of this conversation's attempt writes this ref, so that a lock is of one who was killed.
    private bool RemoveStaleLock()
    {
        var file = $"{RefDirectory}/{_ref}.lock";
        if (!File.Exists(file))
            return false;
        File.Delete(file);
        return true;
    }

    // The latest snapshot, and the commit that the user stands on: both may be missing.
    private static async Task<(Snapshot? Tip, string? Head)> ReadTip(Git refs, string name, CancellationToken cancellationToken)
    {
        var output = await refs.Feed($"{name}^{{commit}}\nHEAD^{{commit}}\n", cancellationToken, "cat-file", "--batch");
        var (tip, content, others) = Commit(output);
        // "tree", its name, further lines, an empty line, the message.
        var message = content.IndexOf("\n\n", StringComparison.Ordinal);
        var read = tip is null || message < 0 ? null : Parse($"{tip}\0{content.Split('\n')[0].Split(' ')[^1]}\0{content[(message + 2)..]}");
        return (read, Commit(others).Name);
    }

    // "name commit length", a line end, as many bytes, a line end; or "asked missing".
    private static (string? Name, string Content, string Others) Commit(string output)
    {
        var line = output.IndexOf('\n', StringComparison.Ordinal);
        var words = output[..line].Split(' ');
        if (words is not [var name, "commit", var length])
            return (null, "", output[(line + 1)..]);
        var end = line + 1 + int.Parse(length, CultureInfo.InvariantCulture);
        return (name, output[(line + 1)..end], output[(end + 1)..]);
    }

    private static Snapshot? Parse(string output)
    {
        var parts = GitText.Shown(output).TrimStart('\n').Split('\0');
        return parts.Length >= 3 && SnapshotMark.Read(parts[2]) is { } mark ? new Snapshot(parts[0], parts[1], mark) : null;
    }

    private static string FolderIn(UserRepository? repository, string workspace) =>
        repository is null || repository.TopLevel == workspace ? "" : workspace[(repository.TopLevel.TrimEnd('/').Length + 1)..] + "/";

    private static Dictionary<string, string> Variables(ShadowDirectory shadow, string workTree, string? ignore, string objects) => new()
    {
        ["GIT_DIR"] = shadow.Path,
        ["GIT_WORK_TREE"] = workTree,
        ["GIT_OBJECT_DIRECTORY"] = objects,
        ["GIT_CONFIG_COUNT"] = "1",
        ["GIT_CONFIG_KEY_0"] = "core.excludesFile",
        ["GIT_CONFIG_VALUE_0"] = ignore ?? "/dev/null",
    };
}
