using System.Runtime.Versioning;
using Koda.Worker.Snapshots;
using Xunit;

namespace Koda.Worker.Tests.Snapshots;

[SupportedOSPlatform("linux")]
public class UntouchedRepositoryTests
{
    [Fact]
    public async Task Snapshots_and_restores_leave_what_the_user_keeps_as_it_is_to_the_byte()
    {
        using var folder = SnapshotFolder.Repository();
        folder.Write(".gitignore", "ignored/\n*.log\n");
        folder.Write("a.txt", "one\n");
        folder.Write("gone.txt", "gone\n");
        folder.Commit();
        folder.Write("a.txt", "stashed\n");
        folder.Git("stash", "-q");
        folder.Git("tag", "v1");
        folder.Write("staged.txt", "staged\n");
        folder.Git("add", "staged.txt");
        folder.Write("staged.txt", "staged and changed\n");
        folder.Write("untracked.txt", "untracked\n");
        folder.Write("ignored/build.o", "object\n");
        folder.Delete("gone.txt");
        folder.Git("config", "core.logAllRefUpdates", "always");
        var state = folder.State();
        var files = folder.Files();

        var first = await folder.Take();
        Assert.Equal(state, folder.State());
        folder.Write("a.txt", "two\n");
        folder.Write("ignored/more.o", "more\n");
        await folder.Take(2);
        folder.Delete("untracked.txt");
        await folder.Diff(first.Commit);
        await folder.Restore(first.Commit);

        folder.Delete("ignored/more.o");
        Assert.Equal(files, folder.Files());
        Assert.Equal(state, folder.State());
    }

    [Fact]
    public async Task Comparing_leaves_no_objects_behind()
    {
        using var folder = SnapshotFolder.Repository();
        folder.Write("a.txt", "one\n");
        var first = await folder.Take();
        var before = folder.Git("count-objects", "-v");
        folder.Write("a.txt", "never kept\n");

        Assert.Contains("+never kept", (await folder.Diff(first.Commit)).Text);

        Assert.Equal(before, folder.Git("count-objects", "-v"));
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(folder.Data, "passing-*", SearchOption.AllDirectories), _ => true);
    }

    [Fact]
    public async Task A_further_work_tree_has_its_snapshots_where_the_repository_is()
    {
        using var folder = SnapshotFolder.Repository();
        folder.Write("a.txt", "one\n");
        folder.Commit();
        var tree = Path.Combine(folder.Outside, "tree");
        folder.Git("worktree", "add", "-q", tree, "-b", "side");
        folder.Subject = new SnapshotSubject(tree, Guid.NewGuid());
        var first = await folder.Take();
        File.WriteAllText(Path.Combine(tree, "a.txt"), "two\n");

        await folder.Restore(first.Commit);

        Assert.Equal("one\n", File.ReadAllText(Path.Combine(tree, "a.txt")));
        Assert.Contains(folder.Subject.ConversationId.ToString(), folder.Git("for-each-ref", "refs/koda"));
        Assert.Empty(folder.Git("status", "--porcelain"));
        Assert.Empty(SnapshotFolder.GitIn(tree, "status", "--porcelain"));
    }

    [Fact]
    public async Task What_git_keeps_of_a_repository_inside_is_left_alone()
    {
        using var folder = SnapshotFolder.Repository();
        folder.Write("a.txt", "one\n");
        folder.Write("inner/b.txt", "b\n");
        SnapshotFolder.GitIn(Path.Combine(folder.Root, "inner"), "init", "-q");
        folder.Write("module/c.txt", "c\n");
        var module = Path.Combine(folder.Root, "module");
        SnapshotFolder.GitIn(module, "init", "-q");
        SnapshotFolder.GitIn(module, "add", ".");
        SnapshotFolder.GitIn(module, "-c", "user.name=s", "-c", "user.email=s@example.com", "commit", "-q", "-m", "c");
        folder.Git("-c", "advice.addEmbeddedRepo=false", "add", "a.txt", "module");
        folder.Git("commit", "-q", "-m", "with a module");
        var first = await folder.Take();
        folder.Write("module/c.txt", "changed\n");
        SnapshotFolder.GitIn(module, "add", ".");
        folder.Write("inner/b.txt", "changed\n");
        folder.Write("a.txt", "two\n");

        await folder.Restore(first.Commit);

        Assert.Equal("a.txt\ninner/b.txt\nmodule/c.txt\n", folder.Git("ls-tree", "-r", "--name-only", first.Commit));
        Assert.Equal(("one\n", "c\n", "b\n"), (folder.Read("a.txt"), folder.Read("module/c.txt"), folder.Read("inner/b.txt")));
        Assert.Equal("MM c.txt\n", SnapshotFolder.GitIn(module, "status", "--porcelain"));
    }

    [Fact]
    public async Task Forgotten_snapshots_leave_no_ref()
    {
        using var folder = SnapshotFolder.Repository();
        folder.Write("a.txt", "one\n");
        folder.Commit();
        var state = folder.Git("for-each-ref");
        await folder.Take();

        await folder.Snapshots.Forget(folder.Subject, CancellationToken.None);
        await folder.Snapshots.Forget(folder.Subject, CancellationToken.None);

        Assert.Equal(state, folder.Git("for-each-ref"));
        var error = await Assert.ThrowsAsync<SnapshotException>(() => folder.Diff(""));
        Assert.Equal("The conversation has no snapshot.", error.Message);
    }
}
