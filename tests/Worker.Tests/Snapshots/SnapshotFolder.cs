using System.Diagnostics;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using Koda.Worker.Snapshots;
using Koda.Worker.Tools;
using Xunit;

namespace Koda.Worker.Tests.Snapshots;

/// <summary>A workspace with snapshots in temporary folders.</summary>
[SupportedOSPlatform("linux")]
internal sealed class SnapshotFolder : IDisposable
{
    private readonly DirectoryInfo _parent = Directory.CreateTempSubdirectory("koda-snapshots-");

    public SnapshotFolder(string inside = "")
    {
        Top = _parent.CreateSubdirectory("work").FullName;
        Root = Directory.CreateDirectory(Path.Combine(Top, inside)).FullName;
        Data = Path.Combine(_parent.FullName, "data");
        Outside = _parent.CreateSubdirectory("outside").FullName;
        Subject = new SnapshotSubject(Root, Guid.NewGuid());
        Snapshots = new GitSnapshots(GitPath, Data, TimeProvider.System, PrivatePaths.OfMachine);
    }

    public static string GitPath => Executables.Find("git")!;

    /// <summary>The directory above or at the workspace.</summary>
    public string Top { get; }

    public string Root { get; }

    public string Data { get; }

    public string Outside { get; }

    public SnapshotSubject Subject { get; set; }

    public GitSnapshots Snapshots { get; set; }

    public static SnapshotFolder Repository(string inside = "")
    {
        var folder = new SnapshotFolder(inside);
        folder.Git("init", "-q", "-b", "main");
        folder.Git("config", "user.name", "Someone");
        folder.Git("config", "user.email", "someone@example.com");
        return folder;
    }

    public void Commit(string message = "first")
    {
        Git("add", ".");
        Git("commit", "-q", "-m", message);
    }

    public string Write(string path, string text)
    {
        var full = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
        return full;
    }

    public string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    public bool Has(string path) => Path.Exists(Path.Combine(Root, path));

    public void Delete(string path) => File.Delete(Path.Combine(Root, path));

    public string Git(params string[] arguments) => GitIn(Top, arguments);

    public static string GitIn(string directory, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo("git", arguments) { WorkingDirectory = directory, RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }

    public Task<Snapshot> Take(long turn = 1, string summary = "did something") =>
        Snapshots.Take(Subject, new SnapshotMark(SnapshotKind.Turn, turn, summary, $"task-{turn}"), CancellationToken.None);

    public Task<Restoration> Restore(string commit, string task = "restore") =>
        Snapshots.Restore(
            Subject,
            commit,
            new SnapshotMark(SnapshotKind.Safety, -1, "before a restore", task),
            (_, _) => Task.CompletedTask,
            CancellationToken.None);

    public Task<SnapshotDiff> Diff(string from, string to = "") => Snapshots.Diff(Subject, from, to, CancellationToken.None);

    /// <summary>Everything that the user's git says of his repository, and the bytes of its own files.</summary>
    public string State()
    {
        var state = new StringBuilder();
        string[][] questions =
        [
            ["status", "--porcelain=v2", "--branch"],
            ["fsck", "--no-progress"],
            ["for-each-ref", "refs/heads", "refs/tags", "refs/remotes", "refs/stash"],
            ["stash", "list"],
            ["reflog"],
            ["config", "--list", "--local"],
        ];
        // First, because asking may refresh the index.
        foreach (var name in new[] { "index", "HEAD", "config", "ORIG_HEAD", "FETCH_HEAD", "packed-refs" })
            state.AppendLine($"{name} {Digest(Path.Combine(Top, ".git", name))}");
        foreach (var question in questions)
            state.AppendLine($"{question[0]}: {Git(["--no-optional-locks", .. question])}");
        foreach (
            var log in Directory
                .EnumerateFiles(Path.Combine(Top, ".git"), "*", SearchOption.AllDirectories)
                .Where(file => !file.Contains("/objects/") && !file.Contains("/refs/koda/"))
                .Order())
            state.AppendLine($"{log} {Digest(log)}");
        return state.ToString();
    }

    /// <summary>Every file of the workspace with its bytes, its links and whether it can be run; nothing of git's.</summary>
    public string Files()
    {
        var all = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 };
        var files = new DirectoryInfo(Root)
            .EnumerateFiles("*", all)
            .Where(file => !file.FullName.Contains("/.git/"))
            .OrderBy(file => file.FullName, StringComparer.Ordinal);
        return string.Join(
            '\n',
            files.Select(file =>
                $"{file.FullName} {file.LinkTarget ?? Digest(file.FullName)} {file.UnixFileMode & UnixFileMode.UserExecute}"));
    }

    public void Dispose() => _parent.Delete(recursive: true);

    private static string Digest(string file) => File.Exists(file) ? Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file))) : "none";
}
