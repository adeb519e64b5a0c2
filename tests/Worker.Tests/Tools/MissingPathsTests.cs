using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using Koda.Worker.Tests.Snapshots;
using Koda.Worker.Tools;
using Xunit;

namespace Koda.Worker.Tests.Tools;

/// <summary>What runs later cannot be made by a command where it is not there yet.</summary>
[SupportedOSPlatform("linux")]
public sealed class MissingPathsTests : IDisposable
{
    private readonly SnapshotFolder _folder = SnapshotFolder.Repository();

    public MissingPathsTests()
    {
        _folder.Write("a.txt", "one\n");
        _folder.Commit();
        Directory.Delete($"{_folder.Root}/.git/hooks", recursive: true);
    }

    public void Dispose() => _folder.Dispose();

    [SandboxTheory]
    [InlineData("mkdir -p .git/hooks; echo x > .git/hooks/pre-commit")]
    [InlineData("mkdir h; echo x > h/pre-commit; mv h .git/hooks; ln -s ../h .git/hooks; rmdir .git/hooks; mv .git/hooks .git/k")]
    [InlineData("mkdir -p .koda; echo '{}' > .koda/mcp.json; ln -s .. .koda; mkdir k; mv k .koda; rm -rf .koda")]
    [InlineData("echo '[core]fsmonitor=./x' > .git/config.worktree; mv a.txt .git/config.worktree")]
    [InlineData(
        "mkdir evil; echo '[core]fsmonitor=./x' > evil/config; echo ../evil > .git/commondir; rm -f .git/commondir; ln -s ../evil .git/commondir"
    )]
    [InlineData("umount .git/hooks; umount -l .koda; mount -o remount,rw .koda; echo x > .git/hooks/pre-commit; echo x > .koda/mcp.json")]
    public async Task A_command_does_not_make_what_runs_later(string command)
    {
        var before = Later();
        var result = await Run(command);
        Assert.True(before == Later(), $"{Later()}\n{result}");
        _folder.Git("status");
    }

    [SandboxFact]
    public async Task Depth_and_number_of_directories_leave_no_repository_out()
    {
        for (var index = 0; index < 2500; index++)
            Directory.CreateDirectory($"{_folder.Root}/aa/many-{index}");
        string[] places = ["z1/z2/z3/z4/z5/z6", "node_modules/x", "aa/many-2499"];
        foreach (var place in places)
            SnapshotFolder.GitIn(_folder.Root, "init", "-q", place);
        SnapshotFolder.GitIn(_folder.Root, "init", "-q", "--bare", "served/project.git");
        var before = Later();

        var result = await Run(
            $"for r in {string.Join(' ', places)}; do echo x > $r/.git/hooks/pre-commit; echo x >> $r/.git/config; mv $r $r.old; mkdir -p $r/.git/hooks; done; "
            + "echo x > served/project.git/hooks/post-update; echo x >> served/project.git/config; mv served/project.git served/old.git");

        Assert.True(before == Later(), result);
    }

    [SandboxFact]
    public async Task Git_works_outside_and_nothing_runs_there_while_a_command_runs()
    {
        var running = Run(
            "touch started; until [ -e go ]; do mkdir -p .git/hooks; cp a.txt .git/hooks/pre-commit; mkdir .koda; echo ../evil > .git/commondir; sleep 0.05; done 2>/dev/null; git status --short"
        );
        Assert.True(SpinWait.SpinUntil(() => File.Exists($"{_folder.Root}/started") || running.IsCompleted, TimeSpan.FromMinutes(1)));
        Assert.False(running.IsCompleted);

        _folder.Write("b.txt", "two\n");
        _folder.Commit("second");
        _folder.Git("worktree", "add", "-q", $"{_folder.Outside}/tree");
        _folder.Git("gc", "-q");
        _folder.Git("fsck", "--no-progress");
        Assert.Empty(Directory.GetFileSystemEntries($"{_folder.Root}/.koda"));
        _folder.Write("go", "");

        Assert.Contains("(exit code 0)", await running);
        Assert.Equal("second", _folder.Git("log", "-1", "--format=%s").Trim());
        Assert.Equal("", Later());
    }

    [SandboxFact]
    public async Task What_another_command_still_needs_is_left_until_it_has_ended()
    {
        var running = Run("touch started; until [ -e go ]; do sleep 0.05; done; mkdir .koda; mkdir .git/hooks");
        Assert.True(SpinWait.SpinUntil(() => File.Exists($"{_folder.Root}/started") || running.IsCompleted, TimeSpan.FromMinutes(1)));
        await Run("true");
        Assert.True(Directory.Exists($"{_folder.Root}/.koda"));
        _folder.Write("go", "");
        Assert.Contains("File exists", await running);
        Assert.Equal("", Later());
    }

    [SandboxFact]
    public async Task What_a_killed_worker_left_over_does_no_harm_and_is_tidied_as_far_as_it_is_seen()
    {
        // A worker that is killed runs nothing of this to its end.
        _ = GuardedPaths.Hold(new Reach(_folder.Root, Writable: true), user: null);
        _folder.Write("b.txt", "two\n");
        _folder.Commit("second");
        _folder.Git("worktree", "add", "-q", $"{_folder.Outside}/tree");
        Assert.Equal("second", _folder.Git("log", "-1", "--format=%s").Trim());
        Assert.Contains("(exit code 0)", await Run("git status --short"));
    }

    [SandboxFact]
    public async Task A_further_work_tree_gets_no_settings_of_its_own()
    {
        _folder.Git("worktree", "add", "-q", "-b", "side", $"{_folder.Outside}/tree");
        var result = await Run(
            $"echo '[core]fsmonitor=./x' > {_folder.Root}/.git/worktrees/tree/config.worktree; git status --short",
            $"{_folder.Outside}/tree");
        Assert.False(File.Exists($"{_folder.Root}/.git/worktrees/tree/config.worktree"), result);
    }

    [SandboxFact]
    public async Task A_repository_that_a_command_makes_is_a_file_like_any_other() =>
        Assert.Contains("(exit code 0)", await Run("git init -q new && cd new && echo x > .git/hooks/pre-commit && git config a.b c"));

    // Everything that would run or be trusted, with its content.
    private string Later()
    {
        var all = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 };
        string[] names = ["/hooks", "/.koda", "/commondir", "/config.worktree"];
        return string.Join(
            '\n',
            Directory
                .EnumerateFileSystemEntries(_folder.Root, "*", all)
                .Where(path =>
                    !path.Contains("/worktrees/")
                    && (
                        names.Any(name => path.EndsWith(name, StringComparison.Ordinal))
                        || path.Contains("/hooks/")
                        || path.Contains("/.koda/")
                        || (
                            path.EndsWith("/config", StringComparison.Ordinal)
                            && path != $"{_folder.Root}/.git/config"
                            && !path.Contains("/evil/"))))
                .Order(StringComparer.Ordinal)
                .Select(path => $"{path[_folder.Root.Length..]}: {(File.Exists(path) ? File.ReadAllText(path) : "")}"));
    }

    private async Task<string> Run(string command, string? root = null)
    {
        var context = new ToolContext
        {
            Workspace = Workspace.Open(root ?? _folder.Root, []),
            KnownDigest = _ => null,
            Output = (_, _) => { },
            Sandbox = TestSandbox.Here,
            CommandTimeout = TimeSpan.FromMinutes(2),
        };
        return (await new BashTool().Bind(new JsonObject { ["command"] = command }).Run(context, CancellationToken.None)).Text;
    }
}
