using System.Diagnostics;
using System.Runtime.Versioning;
using Koda.Worker.Snapshots;
using Xunit;

namespace Koda.Worker.Tests.Snapshots;

[SupportedOSPlatform("linux")]
public class RestoreTests
{
    [Fact]
    public async Task Every_kind_of_change_is_taken_back()
    {
        using var folder = SnapshotFolder.Repository();
        folder.Write("same.txt", "same\n");
        folder.Write("changed.txt", "one\n");
        folder.Write("deleted/deep/file.txt", "file\n");
        folder.Write("odd name\t\"ü\n.txt", "odd\n");
        var script = folder.Write("run.sh", "#!/bin/sh\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.CreateSymbolicLink(Path.Combine(folder.Root, "link"), "same.txt");
        folder.Write("was-file", "file\n");
        folder.Write("was-directory/x", "x\n");
        var before = folder.Files();
        var first = await folder.Take();
        folder.Write("changed.txt", "two\n");
        Directory.Delete(Path.Combine(folder.Root, "deleted"), recursive: true);
        folder.Delete("odd name\t\"ü\n.txt");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        folder.Delete("link");
        folder.Write("link/now-directory", "x\n");
        folder.Delete("was-file");
        folder.Write("was-file/now", "directory\n");
        Directory.Delete(Path.Combine(folder.Root, "was-directory"), recursive: true);
        File.CreateSymbolicLink(Path.Combine(folder.Root, "was-directory"), folder.Outside);
        folder.Write("added/new.txt", "new\n");
        var after = folder.Files();

        var restored = await folder.Restore(first.Commit);

        Assert.Equal(before, folder.Files());
        Assert.Contains(new FileDifference("added/new.txt", FileDifferences.Deleted), restored.Files);
        Assert.Contains(new FileDifference("odd name\t\"ü\n.txt", FileDifferences.Added), restored.Files);
        await folder.Restore(restored.SafetyCommit, "back");
        Assert.Equal(after, folder.Files());
        Assert.Empty(Directory.GetFileSystemEntries(folder.Outside));
    }

    [Fact]
    public async Task Names_that_are_no_text_are_kept_too()
    {
        using var folder = SnapshotFolder.Repository();
        using (
            var make = Process.Start(
                new ProcessStartInfo("sh", ["-c", @"printf one > ""$(printf 'b\377d')"""]) { WorkingDirectory = folder.Root })!)
            await make.WaitForExitAsync();
        var first = await folder.Take();
        using (var change = Process.Start(new ProcessStartInfo("sh", ["-c", "printf two > b*d"]) { WorkingDirectory = folder.Root })!)
            await change.WaitForExitAsync();

        await folder.Restore(first.Commit);

        using var read = Process.Start(
            new ProcessStartInfo("sh", ["-c", "cat b*d; rm b*d"]) { WorkingDirectory = folder.Root, RedirectStandardOutput = true })!;
        Assert.Equal("one", await read.StandardOutput.ReadToEndAsync());
    }

    [Fact]
    public async Task What_no_snapshot_held_is_held_before_it_is_overwritten()
    {
        using var folder = SnapshotFolder.Repository();
        folder.Write("config.local", "first\n");
        folder.Write("cache", "a file\n");
        folder.Write("out/x", "a directory\n");
        var first = await folder.Take();
        folder.Write(".gitignore", "config.local\ncache/\nout\n");
        folder.Delete("config.local");
        folder.Delete("cache");
        Directory.Delete(Path.Combine(folder.Root, "out"), recursive: true);
        await folder.Take(2);
        folder.Write("config.local", "precious\n");
        folder.Write("cache/deep/y", "precious too\n");
        folder.Write("out", "precious as well\n");
        var after = folder.Files();

        var restored = await folder.Restore(first.Commit);

        Assert.Equal("first\n", folder.Read("config.local"));
        Assert.Equal("a file\n", folder.Read("cache"));
        await folder.Restore(restored.SafetyCommit, "back");
        Assert.Equal(after, folder.Files());
    }

    [Fact]
    public async Task Nothing_is_touched_when_the_files_cannot_be_secured_first()
    {
        using var folder = SnapshotFolder.Repository();
        folder.Write("a.txt", "one\n");
        var first = await folder.Take();
        folder.Write("a.txt", "two\n");

        await Assert.ThrowsAsync<InvalidOperationException>(() => folder.Snapshots.Restore(
            folder.Subject, first.Commit, new SnapshotMark(SnapshotKind.Safety, -1, "", "restore"),
            (_, _) => throw new InvalidOperationException("The log is not there."), CancellationToken.None));

        Assert.Equal("two\n", folder.Read("a.txt"));
    }

    [Fact]
    public async Task Killed_while_it_writes_many_files_a_restore_is_put_right_by_the_next()
    {
        const int Files = 2000;
        using var folder = SnapshotFolder.Repository();
        for (var i = 0; i < Files; i++)
            folder.Write($"{i % 50}/{i}.txt", $"one {i}\n");
        var wanted = folder.Files();
        var first = await folder.Take();
        for (var i = 0; i < Files; i += 2)
            folder.Write($"{i % 50}/{i}.txt", $"two {i}\n");
        for (var i = 0; i < Files; i++)
            folder.Write($"new/{i}.txt", $"new {i}\n");
        var found = folder.Files();
        using var killed = new CancellationTokenSource();

        // The kill comes when the first file is gone, wherever git is by then.
        using var watcher = new FileSystemWatcher(Path.Combine(folder.Root, "new"));
        watcher.Deleted += (_, _) => killed.Cancel();
        watcher.EnableRaisingEvents = true;
        await Record.ExceptionAsync(() =>
            folder.Snapshots.Restore(
                folder.Subject,
                first.Commit,
                new SnapshotMark(SnapshotKind.Safety, -1, "", "restore"),
                (_, _) => Task.CompletedTask,
                killed.Token));
        var restored = await folder.Restore(first.Commit);

        Assert.Equal(wanted, folder.Files());
        await folder.Restore(restored.SafetyCommit, "back");
        Assert.Equal(found, folder.Files());
    }

    [Fact]
    public async Task After_a_restore_the_same_files_are_kept_once_more_for_the_turn_that_finds_them()
    {
        using var folder = SnapshotFolder.Repository();
        folder.Write("a.txt", "one\n");
        var first = await folder.Take();
        folder.Write("a.txt", "two\n");
        await folder.Restore(first.Commit);

        var found = await folder.Take(2);
        Assert.Equal((true, first.Tree), (found.IsNew, found.Tree));
        Assert.False((await folder.Take(3)).IsNew);
    }

    [Fact]
    public async Task A_private_file_stays_private()
    {
        using var folder = SnapshotFolder.Repository();
        var secret = folder.Write("secret.txt", "one\n");
        File.SetUnixFileMode(secret, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var first = await folder.Take();
        folder.Write("secret.txt", "two\n");

        await folder.Restore(first.Commit);

        Assert.Equal("one\n", folder.Read("secret.txt"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(secret));
    }

    [Fact]
    public async Task Large_new_files_are_left_out_and_left_alone()
    {
        using var folder = SnapshotFolder.Repository();
        folder.Write("a.txt", "one\n");
        using (var large = File.Create(Path.Combine(folder.Root, "large.bin")))
            large.SetLength(65L * 1024 * 1024);
        var first = await folder.Take();
        folder.Write("a.txt", "two\n");

        await folder.Restore(first.Commit);

        Assert.Equal("a.txt\n", folder.Git("ls-tree", "-r", "--name-only", first.Commit));
        Assert.True(folder.Has("large.bin"));
    }

    [Fact]
    public async Task Files_that_the_user_added_though_they_are_ignored_are_kept()
    {
        using var folder = SnapshotFolder.Repository();
        folder.Write(".gitignore", "*.log\n");
        folder.Write("kept.log", "one\n");
        folder.Write("other.log", "one\n");
        folder.Git("add", "-f", "kept.log");
        var first = await folder.Take();
        folder.Write("kept.log", "two\n");
        folder.Write("other.log", "two\n");

        await folder.Restore(first.Commit);

        Assert.Equal(("one\n", "two\n"), (folder.Read("kept.log"), folder.Read("other.log")));
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000")]
    [InlineData("HEAD")]
    [InlineData("--all")]
    public async Task Only_a_snapshot_can_be_restored(string commit)
    {
        using var folder = SnapshotFolder.Repository();
        folder.Write("a.txt", "one\n");
        folder.Commit();
        await folder.Take();

        await Assert.ThrowsAsync<SnapshotException>(() => folder.Restore(commit));
        await Assert.ThrowsAsync<SnapshotException>(() => folder.Restore(folder.Git("rev-parse", "HEAD").Trim()));
    }
}
