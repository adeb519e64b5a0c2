using System.Runtime.Versioning;
using Koda.Worker.Snapshots;
using Koda.Worker.Tools;
using Xunit;

namespace Koda.Worker.Tests.Snapshots;

/// <summary>Snapshots of a home directory.</summary>
[SupportedOSPlatform("linux")]
public sealed class HiddenFilesTests
{
    private const string Secret = "secret-that-no-snapshot-holds";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_snapshot_holds_what_is_private_and_no_restore_touches_it(bool repository)
    {
        using var folder = Home(repository);
        var before = await folder.Take();
        folder.Write("a.txt", "two");
        folder.Write(".koda/operator.token", "newer");
        folder.Write(".ssh/new", "new");
        var after = await folder.Take(2);

        Assert.Equal(["a.txt"], after.Files.Select(file => file.Path));
        await folder.Restore(before.Commit);

        Assert.Equal(("one", "newer", "new"), (folder.Read("a.txt"), folder.Read(".koda/operator.token"), folder.Read(".ssh/new")));
        Assert.DoesNotContain(Secret, Everything(folder));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_older_snapshot_that_holds_it_brings_nothing_of_it_back(bool repository)
    {
        using var folder = Home(repository);
        var now = folder.Snapshots;
        folder.Snapshots = new GitSnapshots(SnapshotFolder.GitPath, folder.Data, TimeProvider.System, new PrivatePaths([], []));
        var old = await folder.Take();
        folder.Snapshots = now;
        folder.Write("a.txt", "two");
        folder.Write(".koda/operator.token", "newer");
        folder.Delete(".netrc");

        Assert.DoesNotContain((await folder.Diff(old.Commit)).Files, file => file.Path.StartsWith('.'));
        await folder.Restore(old.Commit);

        Assert.Equal(("one", "newer"), (folder.Read("a.txt"), folder.Read(".koda/operator.token")));
        Assert.False(folder.Has(".netrc"));
        var latest = await folder.Take(2);
        Assert.DoesNotContain(
            SnapshotFolder.GitIn(folder.Root, "--git-dir", Store(folder), "ls-tree", "-r", "--name-only", latest.Commit).Split('\n'),
            path => path.StartsWith('.'));
    }

    private static SnapshotFolder Home(bool repository)
    {
        var folder = repository ? SnapshotFolder.Repository() : new SnapshotFolder();
        folder.Write("a.txt", "one");
        folder.Write(".koda/operator.token", Secret);
        folder.Write(".koda/postgres/base/1", Secret);
        folder.Write(".ssh/id", Secret);
        folder.Write(".netrc", Secret);
        folder.Snapshots = new GitSnapshots(
            SnapshotFolder.GitPath, folder.Data, TimeProvider.System, new PrivatePaths([$"{folder.Root}/.koda"], [folder.Root]));
        return folder;
    }

    // Every object, also one that no snapshot names.
    private static string Everything(SnapshotFolder folder) =>
        SnapshotFolder.GitIn(folder.Root, "--git-dir", Store(folder), "cat-file", "--batch-all-objects", "--batch");

    private static string Store(SnapshotFolder folder) => Directory.Exists($"{folder.Root}/.git")
        ? $"{folder.Root}/.git"
        : Directory.EnumerateDirectories(folder.Data, "own.git", SearchOption.AllDirectories).Single();
}
