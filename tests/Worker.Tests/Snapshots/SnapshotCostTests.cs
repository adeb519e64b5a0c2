using System.Runtime.Versioning;
using Koda.Worker.Snapshots;
using Koda.Worker.Tools;
using Xunit;

namespace Koda.Worker.Tests.Snapshots;

/// <summary>What a snapshot costs is above all how often git is started, and how often it walks.</summary>
[SupportedOSPlatform("linux")]
public sealed class SnapshotCostTests
{
    [Fact]
    public async Task Git_walks_once_for_a_snapshot_and_is_not_asked_what_is_known()
    {
        using var folder = SnapshotFolder.Repository();
        for (var number = 0; number < 20; number++)
            folder.Write($"src/{number}.txt", $"{number}\n");
        folder.Commit();
        folder.Write("src/new.txt", "new\n");
        var asked = Listening(folder);

        await folder.Take();
        var first = Asked(asked);
        await folder.Take(2);
        var unchanged = Asked(asked);
        folder.Write("src/1.txt", "changed\n");
        folder.Delete("src/2.txt");
        await folder.Take(3);
        var changed = Asked(asked);
        folder.Git("commit", "-qam", "more");
        folder.Subject = folder.Subject with { ConversationId = Guid.NewGuid() };
        await folder.Take();
        var ofAnother = Asked(asked);

        Assert.Equal(["rev-parse", "cat-file", "cat-file", "ls-files", "update-index", "write-tree", "commit-tree", "update-ref"], first);
        Assert.Equal(["ls-files"], unchanged);
        Assert.Equal(["ls-files", "update-index", "write-tree"], changed[..3]);
        // The last two wait for each other, and the comparison for none of them.
        Assert.Equal(["commit-tree", "diff-tree", "update-ref"], changed[3..].Order());
        Assert.Equal(["cat-file", "ls-files", "update-index", "write-tree", "commit-tree", "update-ref"], ofAnother);
    }

    [Fact]
    public async Task A_repository_that_lies_elsewhere_by_now_is_looked_at_again()
    {
        using var folder = SnapshotFolder.Repository();
        folder.Write("a.txt", "one\n");
        folder.Commit();
        await folder.Take();
        folder.Git("config", "core.worktree", folder.Outside);
        folder.Subject = folder.Subject with { ConversationId = Guid.NewGuid() };

        await folder.Take();

        Assert.DoesNotContain(
            folder.Subject.ConversationId.ToString(), SnapshotFolder.GitIn(Path.Combine(folder.Root, ".git"), "for-each-ref"));
    }

    [Fact]
    public async Task A_repository_that_leads_elsewhere_by_now_is_not_written()
    {
        using var folder = SnapshotFolder.Repository();
        folder.Write("a.txt", "one\n");
        folder.Commit();
        await folder.Take();
        var elsewhere = Path.Combine(folder.Outside, "moved.git");
        Directory.Move(Path.Combine(folder.Root, ".git"), elsewhere);
        folder.Write(".git", $"gitdir: {elsewhere}\n");
        folder.Subject = folder.Subject with { ConversationId = Guid.NewGuid() };

        await folder.Take();

        Assert.DoesNotContain(folder.Subject.ConversationId.ToString(), folder.Git("for-each-ref"));
    }

    [Fact]
    public async Task A_latest_snapshot_that_another_worker_took_is_gone_on_from()
    {
        using var folder = SnapshotFolder.Repository();
        folder.Write("a.txt", "one\n");
        folder.Commit();
        await folder.Take();
        var (first, other) = (
            folder.Snapshots,
            new GitSnapshots(SnapshotFolder.GitPath, folder.Data, TimeProvider.System, PrivatePaths.OfMachine));
        folder.Write("a.txt", "two\n");
        folder.Snapshots = other;
        var second = await folder.Take(2);
        folder.Write("a.txt", "three\n");
        folder.Snapshots = first;

        var third = await folder.Take(3);

        Assert.Equal(second.Commit, folder.Git("rev-parse", $"{third.Commit}^").Trim());
        Assert.Equal(third.Commit, folder.Git("rev-parse", $"refs/koda/{folder.Subject.ConversationId}").Trim());
    }

    [Fact]
    public async Task A_file_that_became_a_pipe_does_not_keep_the_others_out()
    {
        using var folder = SnapshotFolder.Repository();
        folder.Write("a.txt", "one\n");
        folder.Write("b", "file\n");
        folder.Commit();
        await folder.Take();
        folder.Write("a.txt", "two\n");
        folder.Delete("b");
        SnapshotFolder.GitIn(folder.Root, "-c", "alias.pipe=!mkfifo b", "pipe");

        var second = await folder.Take(2);

        Assert.Equal("two\n", folder.Git("cat-file", "blob", $"{second.Commit}:a.txt"));
    }

    [Fact]
    public async Task A_directory_in_the_place_of_a_file_and_the_other_way_round_are_kept()
    {
        using var folder = SnapshotFolder.Repository();
        folder.Write("file", "file\n");
        folder.Write("directory/inside", "inside\n");
        folder.Commit();
        var before = folder.Files();
        var first = await folder.Take();
        folder.Delete("file");
        folder.Write("file/inside", "now inside\n");
        Directory.Delete(Path.Combine(folder.Root, "directory"), recursive: true);
        folder.Write("directory", "now a file\n");
        var after = folder.Files();

        var second = await folder.Take(2);
        await folder.Restore(first.Commit);
        Assert.Equal(before, folder.Files());
        await folder.Restore(second.Commit, "back");

        Assert.Equal(after, folder.Files());
    }

    // A git that notes what it is asked.
    private static string Listening(SnapshotFolder folder)
    {
        var asked = Path.Combine(folder.Outside, "asked");
        var program = Path.Combine(folder.Outside, "git");
        File.WriteAllText(program, $"""
            #!/bin/sh
            for word; do case "$word" in -*|*=*) ;; *) echo "$word" >> {asked}; break ;; esac; done
            exec {SnapshotFolder.GitPath} "$@"
            """);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        folder.Snapshots = new GitSnapshots(program, folder.Data, TimeProvider.System, PrivatePaths.OfMachine);
        return asked;
    }

    // Which ignore file the user has is asked once a minute.
    private static List<string> Asked(string file)
    {
        var asked = File.ReadAllLines(file).Where(word => word != "config").ToList();
        File.Delete(file);
        return asked;
    }
}
