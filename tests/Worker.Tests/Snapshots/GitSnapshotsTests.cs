using System.Runtime.Versioning;
using Koda.Worker.Snapshots;
using Xunit;

namespace Koda.Worker.Tests.Snapshots;

[SupportedOSPlatform("linux")]
public class GitSnapshotsTests
{
    [Fact]
    public async Task A_snapshot_of_a_repository_is_a_commit_on_a_ref_that_is_no_branch()
    {
        using var folder = SnapshotFolder.Repository();
        folder.Write("a.txt", "one\n");
        folder.Commit();
        folder.Write("a.txt", "two\n");
        folder.Write("new/b.txt", "b\n");

        var taken = await folder.Take(3, "fix the parser");

        Assert.True(taken.IsNew);
        Assert.Equal(taken.Commit, folder.Git("rev-parse", $"refs/koda/{folder.Subject.ConversationId}").Trim());
        Assert.Equal("turn 3: fix the parser", folder.Git("log", "-1", "--format=%s", taken.Commit).Trim());
        Assert.Equal(folder.Git("rev-parse", "HEAD"), folder.Git("rev-parse", $"{taken.Commit}^"));
        Assert.Equal("a.txt\nnew/b.txt\n", folder.Git("ls-tree", "-r", "--name-only", taken.Commit));
        Assert.DoesNotContain("koda", folder.Git("branch", "-a"));
    }

    [Fact]
    public async Task What_equals_the_latest_snapshot_is_not_taken_again()
    {
        using var folder = SnapshotFolder.Repository();
        folder.Write("a.txt", "one\n");
        var first = await folder.Take(1);
        var second = await folder.Take(2);
        folder.Write("a.txt", "two\n");
        var third = await folder.Take(3);

        Assert.Equal((first.Commit, false), (second.Commit, second.IsNew));
        Assert.Equal(1, second.Mark.Turn);
        Assert.Equal([new FileDifference("a.txt", FileDifferences.Modified)], third.Files);
        Assert.Equal(first.Commit, folder.Git("rev-parse", $"{third.Commit}^").Trim());
    }

    [Fact]
    public async Task A_folder_that_is_no_repository_has_snapshots_outside_of_it()
    {
        using var folder = new SnapshotFolder();
        folder.Write("a.txt", "one\n");
        var before = folder.Files();
        var first = await folder.Take();
        folder.Write("a.txt", "two\n");
        folder.Write("b/c.txt", "c\n");
        await folder.Take(2);

        await folder.Restore(first.Commit);

        Assert.Equal(before, folder.Files());
        Assert.False(folder.Has("b"));
        Assert.False(folder.Has(".git"));
    }

    [Fact]
    public async Task A_folder_that_becomes_a_repository_keeps_its_snapshots()
    {
        using var folder = new SnapshotFolder();
        folder.Write("a.txt", "one\n");
        var first = await folder.Take();
        folder.Git("init", "-q");
        folder.Write("a.txt", "two\n");
        var second = await folder.Take(2);

        await folder.Restore(first.Commit);

        Assert.Equal("one\n", folder.Read("a.txt"));
        Assert.Equal([new FileDifference("a.txt", FileDifferences.Modified)], second.Files);
        Assert.Empty(folder.Git("for-each-ref"));
    }

    [Fact]
    public async Task An_empty_folder_can_be_taken_and_brought_back()
    {
        using var folder = new SnapshotFolder();
        var empty = await folder.Take();
        folder.Write("a.txt", "one\n");
        await folder.Take(2);

        await folder.Restore(empty.Commit);

        Assert.Empty(Directory.GetFileSystemEntries(folder.Root));
    }

    [Fact]
    public async Task A_workspace_below_the_top_of_a_repository_is_taken_alone_and_by_the_rules_of_the_whole()
    {
        using var folder = SnapshotFolder.Repository("packages/app");
        File.WriteAllText(Path.Combine(folder.Top, ".gitignore"), "node_modules/\n");
        File.WriteAllText(Path.Combine(folder.Top, "other.txt"), "other\n");
        folder.Write("a.txt", "one\n");
        folder.Write("node_modules/m.js", "m\n");
        folder.Commit();
        var first = await folder.Take();
        folder.Write("a.txt", "two\n");
        File.WriteAllText(Path.Combine(folder.Top, "other.txt"), "changed\n");
        var second = await folder.Take(2);

        Assert.Equal([new FileDifference("a.txt", FileDifferences.Modified)], second.Files);
        Assert.Contains("+++ b/a.txt", (await folder.Diff(first.Commit)).Text);
        await folder.Restore(first.Commit);
        Assert.Equal("one\n", folder.Read("a.txt"));
        Assert.Equal("changed\n", File.ReadAllText(Path.Combine(folder.Top, "other.txt")));
        Assert.True(folder.Has("node_modules/m.js"));
    }

    [Fact]
    public async Task Conversations_in_one_folder_have_snapshots_of_their_own()
    {
        using var folder = SnapshotFolder.Repository();
        folder.Write("a.txt", "one\n");
        var first = await folder.Take();
        folder.Subject = folder.Subject with { ConversationId = Guid.NewGuid() };
        folder.Write("a.txt", "two\n");

        var other = await folder.Take();
        await folder.Snapshots.Forget(folder.Subject, CancellationToken.None);

        Assert.Empty(other.Files);
        Assert.Equal(first.Commit, folder.Git("for-each-ref", "--format=%(objectname)", "refs/koda").Trim());
    }

    [Fact]
    public async Task With_the_last_conversation_of_a_folder_that_is_no_repository_all_that_was_kept_of_it_goes()
    {
        using var folder = new SnapshotFolder();
        folder.Write("a.txt", "one\n");
        await folder.Take();
        var first = folder.Subject;
        folder.Subject = first with { ConversationId = Guid.NewGuid() };
        var kept = await folder.Take();

        await folder.Snapshots.Forget(first, CancellationToken.None);
        folder.Write("a.txt", "two\n");
        await folder.Restore(kept.Commit);
        Assert.Equal("one\n", folder.Read("a.txt"));

        await folder.Snapshots.Forget(folder.Subject, CancellationToken.None);
        Assert.Empty(Directory.EnumerateFiles(folder.Data, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_conversation_whose_lock_was_left_by_one_who_was_killed_goes_on()
    {
        using var folder = SnapshotFolder.Repository();
        folder.Write("a.txt", "one\n");
        await folder.Take();
        folder.Write("a.txt", "two\n");
        File.WriteAllText(Path.Combine(folder.Root, ".git", $"refs/koda/{folder.Subject.ConversationId}.lock"), "");
        File.WriteAllText(Path.Combine(folder.Root, ".git", "index.lock"), "");

        Assert.True((await folder.Take(2)).IsNew);
        Assert.True(folder.Has(".git/index.lock"));
    }

    [Fact]
    public async Task A_repository_named_by_SHA_256_works_too()
    {
        using var folder = new SnapshotFolder();
        folder.Git("init", "-q", "--object-format=sha256");
        folder.Write("a.txt", "one\n");
        var first = await folder.Take();
        folder.Write("a.txt", "two\n");

        await folder.Restore(first.Commit);

        Assert.Equal(64, first.Commit.Length);
        Assert.Equal("one\n", folder.Read("a.txt"));
    }
}
