using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using Koda.Worker.Tests.Snapshots;
using Koda.Worker.Tools;
using Xunit;

namespace Koda.Worker.Tests.Tools;

[SupportedOSPlatform("linux")]
public sealed class GuardedPathsTests : IDisposable
{
    private readonly SnapshotFolder _folder = SnapshotFolder.Repository();

    public GuardedPathsTests()
    {
        _folder.Write("a.txt", "one\n");
        _folder.Write(".koda/permissions.json", """{"bash": "ask"}""");
        _folder.Commit();
    }

    public void Dispose() => _folder.Dispose();

    [SandboxTheory]
    [InlineData("echo x > .git/hooks/pre-commit")]
    [InlineData("chmod +x .git/hooks/*; echo x >> .git/hooks/pre-commit.sample")]
    [InlineData("mv .git/hooks .git/old; mkdir .git/hooks; echo x > .git/hooks/pre-commit")]
    [InlineData("mv .git old; cp -r old .git; echo x > .git/hooks/pre-commit; echo '[core]fsmonitor=./x' >> .git/config")]
    [InlineData("rm -rf .git/config .git/hooks; git init; git config core.fsmonitor ./x")]
    [InlineData("git config core.hooksPath hooks")]
    [InlineData("git remote add origin 'ext::sh -c x'")]
    [InlineData("python3 -c \"open('.git/config','a').write('[core]fsmonitor=x')\"")]
    [InlineData("ln -f .git/config x; echo '[core]fsmonitor=x' >> x")]
    [InlineData("mkdir evil; printf '[core]\\nfsmonitor = ./x\\n' > evil/config; echo ../evil > .git/commondir")]
    [InlineData(
        "unshare -Urm sh -c \"umount -l .git/config; mount -o remount,bind,rw .git/config; echo '[core]fsmonitor=x' >> .git/config\"")]
    [InlineData("umount .git/config; mount -o remount,rw .git/config; echo '[core]fsmonitor=x' >> .git/config")]
    [InlineData("echo '{}' > .koda/permissions.json; rm -rf .koda; mv .koda x; echo '{}' > .koda/mcp.json")]
    public async Task A_command_in_a_sandbox_does_not_change_what_runs_later(string command)
    {
        var before = Trusted(_folder.Root);
        var result = await Run(command);
        Assert.True(before == Trusted(_folder.Root), result);
        _folder.Git("status");
    }

    [SandboxFact]
    public async Task Git_works_as_before_in_a_sandbox()
    {
        _folder.Git("config", "branch.autoSetupMerge", "always");
        _folder.Git("branch", "base");
        var result = await Run(
            "set -e; echo two > a.txt; git stash -q; git stash pop -q; git add a.txt; git commit -q -m second; git branch other; git switch -q -c next base; git merge -q main; "
            + "git tag v1; git rebase -q main; git gc -q; git reset -q --hard HEAD~1; git branch -D other; git log --oneline | wc -l");
        Assert.EndsWith("1\n(exit code 0)", result);
        Assert.Equal("second", _folder.Git("log", "-1", "--format=%s", "main").Trim());
        _folder.Git("fsck", "--no-progress");
    }

    [SandboxFact]
    public async Task What_a_person_allowed_is_changed()
    {
        var settings = new OutsidePath($"{_folder.Root}/.git/config", Writable: true);
        var result = await Run("git config user.nick x && echo y > .git/hooks/pre-commit", Context().Reaching([settings]));
        Assert.Contains("Read-only file system", result);
        Assert.Equal("x", _folder.Git("config", "user.nick").Trim());
    }

    [SandboxFact]
    public async Task A_hook_that_a_person_allowed_is_made_and_no_other()
    {
        var hook = new OutsidePath($"{_folder.Root}/.git/hooks/pre-commit", Writable: true);
        var result = await Run(
            "echo x > .git/hooks/pre-commit; echo y > .git/hooks/pre-push; git config user.nick x", Context().Reaching([hook]));
        Assert.Equal("x\n", _folder.Read(".git/hooks/pre-commit"));
        Assert.False(File.Exists($"{_folder.Root}/.git/hooks/pre-push"), result);
        Assert.DoesNotContain("nick", _folder.Read(".git/config"));
    }

    [SandboxFact]
    public async Task Submodules_and_other_repositories_in_the_workspace_are_kept_too()
    {
        using var library = SnapshotFolder.Repository();
        library.Write("b.txt", "b\n");
        library.Commit();
        _folder.Git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", library.Root, "libs/b");
        SnapshotFolder.GitIn(_folder.Root, "init", "-q", "apps/other");
        var before = Trusted(_folder.Root);

        var result = await Run(
            "cd libs/b; git config core.fsmonitor ./x; echo 'gitdir: ../../evil' > .git; cd ../..; mv .git/modules .git/y; mv libs z; mkdir -p libs/b; "
            + "echo x > .git/modules/libs/b/hooks/pre-commit; echo x > apps/other/.git/hooks/pre-commit; mv apps w");
        Assert.True(before == Trusted(_folder.Root), result);

        Assert.Contains("(exit code 0)", await Run(
            "cd libs/b && echo c > c.txt && git add . && git -c user.name=a -c user.email=a@b commit -q -m c && cd ../.. && git add libs/b && git commit -q -m sub"));
    }

    [SandboxFact]
    public async Task A_further_work_tree_is_committed_in_without_reach_for_the_rest_of_its_repository()
    {
        using var tree = new SnapshotFolder();
        Directory.Delete(tree.Root);
        _folder.Git("worktree", "add", "-q", "-b", "side", tree.Root);
        var before = Trusted(_folder.Root);

        var context = Context(tree.Root);
        var result = await Run(
            $"echo x > side.txt; git add .; git commit -q -m side; git config core.fsmonitor ./x; echo x > {_folder.Root}/.git/hooks/pre-commit; echo x > {_folder.Root}/a.txt; cat {_folder.Root}/a.txt",
            context);

        Assert.Equal("side", _folder.Git("log", "-1", "--format=%s", "side").Trim());
        Assert.True(before == Trusted(_folder.Root), result);
        Assert.Equal("one\n", _folder.Read("a.txt"));
        Assert.DoesNotContain("one", result);
        Assert.Contains(
            "nothing to commit",
            (await new GitTool().Bind(new JsonObject { ["args"] = new JsonArray("status") }).Run(context, CancellationToken.None)).Text);
    }

    [SandboxFact]
    public async Task A_work_tree_of_a_repository_that_does_not_point_back_is_none_of_its_own()
    {
        using var folder = new SnapshotFolder();
        folder.Write(".git", $"gitdir: {_folder.Root}/.git\n");
        Assert.Contains("not a git repository", await Run("git status", Context(folder.Root)));
    }

    [Theory]
    [InlineData("echo x > .git/hooks/pre-commit", ".git/hooks/pre-commit")]
    [InlineData("cp a.txt .git/config", ".git/config")]
    [InlineData("cd .git/hooks && tee pre-commit < /dev/null", ".git/hooks/pre-commit")]
    [InlineData("mv .git old", ".git")]
    [InlineData("git config core.fsmonitor ./x", ".git/config")]
    [InlineData("git -C . remote add origin x", ".git/config")]
    [InlineData("touch .koda/mcp.json", ".koda/mcp.json")]
    public void A_command_whose_words_reach_there_asks_with_and_without_a_sandbox(string command, string path)
    {
        foreach (var sandbox in new[] { Sandbox.Off("A test without one."), TestSandbox.Here })
            Assert.Contains(Demands(command, sandbox), demand => demand == new OutsidePath($"{_folder.Root}/{path}", Writable: true));
    }

    [Theory]
    [InlineData("git commit -am second && git stash && git branch x")]
    [InlineData("git config user.name; git config --list; git config --global x.y z; git remote -v; git branch -D x")]
    [InlineData("cat .git/config .git/hooks/pre-commit.sample; ls -la .git .koda")]
    public void What_only_reads_there_does_not_ask(string command) => Assert.Empty(Demands(command, TestSandbox.Here));

    private IEnumerable<OutsidePath> Demands(string command, Sandbox sandbox) =>
        BashDemands
            .Of(command, Context() with { Sandbox = sandbox })
            .Where(demand => demand.Tool == Demand.ExternalDirectory)
            .Select(demand => demand.Reach)
            .OfType<OutsidePath>();

    private static string Trusted(string root)
    {
        var all = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 };
        string[] names = ["/.koda/", "/hooks/", "config", "config.worktree", "/.git", "commondir"];
        var files = new DirectoryInfo(root)
            .EnumerateFiles("*", all)
            .Select(file => file.FullName)
            .Where(file =>
                (file.Contains("/.git") || file.Contains("/.koda/"))
                && names.Any(name => file.EndsWith(name, StringComparison.Ordinal) || (name.EndsWith('/') && file.Contains(name))))
            .Where(file => !file.Contains("/old/") && !file.Contains("/evil/"));
        return string.Join('\n', files.Order(StringComparer.Ordinal).Select(file => $"{file}: {File.ReadAllText(file)}"));
    }

    private ToolContext Context(string? root = null) => new()
    {
        Workspace = Workspace.Open(root ?? _folder.Root, []),
        KnownDigest = _ => null,
        Output = (_, _) => { },
        Sandbox = TestSandbox.Here,
        CommandTimeout = TimeSpan.FromSeconds(60),
    };

    private async Task<string> Run(string command, ToolContext? context = null) =>
        (await new BashTool().Bind(new JsonObject { ["command"] = command }).Run(context ?? Context(), CancellationToken.None)).Text;
}
