using System.Runtime.Versioning;
using Koda.Worker.Snapshots;
using Koda.Worker.Tools;
using Xunit;

namespace Koda.Worker.Tests.Snapshots;

/// <summary>
/// What lies in repositories inside of a workspace is kept and comes back like everything else, and what does not is said.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class InnerRepositoryTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Files_of_a_repository_inside_come_back(bool outer)
    {
        using var folder = outer ? SnapshotFolder.Repository() : new SnapshotFolder();
        folder.Write("own.txt", "own\n");
        Inner(folder, "lib/inner");
        folder.Write("lib/inner/drafts/open.md", "not committed\n");
        folder.Write("lib/inner/.gitignore", "*.log\n");
        folder.Write("lib/inner/x.log", "log\n");
        Inner(folder, "lib/inner/deep/deeper");
        var (before, head) = (folder.Files(), SnapshotFolder.GitIn($"{folder.Root}/lib/inner", "rev-parse", "HEAD"));
        var first = await folder.Take();
        folder.Write("lib/inner/notes.md", "the agent's\n");
        folder.Write("lib/inner/new/file.md", "new\n");
        folder.Delete("lib/inner/drafts/open.md");
        folder.Write("lib/inner/deep/deeper/notes.md", "the agent's\n");

        var diff = await folder.Diff(first.Commit);
        await folder.Take(2);
        var restored = await folder.Restore(first.Commit);

        Assert.Equal(
            ["lib/inner/deep/deeper/notes.md", "lib/inner/drafts/open.md", "lib/inner/new/file.md", "lib/inner/notes.md"],
            diff.Files.Select(file => file.Path));
        Assert.Null(diff.NotKept);
        Assert.Equal(before, folder.Files());
        Assert.Equal(head, SnapshotFolder.GitIn($"{folder.Root}/lib/inner", "rev-parse", "HEAD"));
        Assert.Equal("?? .gitignore\n?? deep/\n?? drafts/\n", SnapshotFolder.GitIn($"{folder.Root}/lib/inner", "status", "--porcelain"));
        Assert.Null(restored.NotKept);
    }

    [Fact]
    public async Task Files_of_a_submodule_come_back_and_the_user_sees_no_change()
    {
        using var folder = SnapshotFolder.Repository();
        SnapshotFolder.GitIn(folder.Outside, "init", "-q", "-b", "main", ".");
        File.WriteAllText($"{folder.Outside}/part.c", "int one;\n");
        SnapshotFolder.GitIn(folder.Outside, "add", ".");
        SnapshotFolder.GitIn(folder.Outside, "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "-qm", "one");
        folder.Git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", folder.Outside, "vendor/part");
        folder.Commit();
        var (before, state) = (folder.Files(), folder.State());
        var first = await folder.Take();
        folder.Write("vendor/part/part.c", "int two;\n");

        await folder.Restore(first.Commit);

        Assert.Equal(before, folder.Files());
        Assert.Equal(state, folder.State());
    }

    [Fact]
    public async Task A_repository_that_a_snapshot_does_not_know_stays_and_is_named()
    {
        using var folder = SnapshotFolder.Repository();
        folder.Write("own.txt", "own\n");
        var first = await folder.Take();
        Inner(folder, "cloned");
        folder.Write("own.txt", "changed\n");
        await folder.Take(2);

        var restored = await folder.Restore(first.Commit);

        Assert.Equal("own\n", folder.Read("own.txt"));
        Assert.Equal("mine\n", folder.Read("cloned/notes.md"));
        Assert.Equal(["cloned/"], restored.NotKept!);
    }

    [Fact]
    public async Task Ignored_files_that_changed_are_named_and_stay()
    {
        using var folder = SnapshotFolder.Repository();
        folder.Write(".gitignore", "cache/\n*.bin\n");
        folder.Write("cache/old", "old\n");
        File.SetLastWriteTimeUtc($"{folder.Root}/cache/old", DateTime.UtcNow.AddDays(-1));
        var first = await folder.Take();
        folder.Write("cache/new", "new\n");
        folder.Write("a.bin", "bytes\n");
        for (var index = 0; index < 8; index++)
            folder.Write($"many.bin/{index}", "bytes\n");

        Assert.Equal(["a.bin", "cache/new", "many.bin/"], (await folder.Diff(first.Commit)).NotKept!);
        Assert.Equal(["a.bin", "cache/new", "many.bin/"], (await folder.Restore(first.Commit)).NotKept!);
        Assert.True(folder.Has("cache/new"));
    }

    [Fact]
    public async Task Modes_come_back_as_they_were()
    {
        using var folder = SnapshotFolder.Repository();
        foreach (
            var (path, mode) in new[]
            {
                ("plain.txt", "644"),
                ("key.pem", "600"),
                ("deleted.key", "600"),
                ("run.sh", "700"),
                ("all.sh", "755"),
                ("only.txt", "640"),
            })
        {
            folder.Write(path, path);
            File.SetUnixFileMode($"{folder.Root}/{path}", (UnixFileMode)Convert.ToInt32(mode, 8));
        }
        var before = Modes(folder);
        var first = await folder.Take();
        folder.Write("key.pem", "another");
        File.SetUnixFileMode($"{folder.Root}/key.pem", (UnixFileMode)Convert.ToInt32("644", 8));
        File.SetUnixFileMode($"{folder.Root}/only.txt", (UnixFileMode)Convert.ToInt32("666", 8));
        File.SetUnixFileMode($"{folder.Root}/run.sh", (UnixFileMode)Convert.ToInt32("600", 8));
        folder.Delete("deleted.key");
        var after = Modes(folder);

        var restored = await folder.Restore(first.Commit);
        Assert.Equal(before, Modes(folder));
        await folder.Restore(restored.SafetyCommit, "back");
        Assert.Equal(after, Modes(folder));
    }

    [Fact]
    public async Task A_link_that_is_put_above_a_file_leads_no_mode_and_no_owner_elsewhere()
    {
        using var folder = SnapshotFolder.Repository();
        var file = folder.Write("a/x", "mine");
        File.SetUnixFileMode(file, (UnixFileMode)Convert.ToInt32("666", 8));
        var taken = await folder.Take();
        var outside = Path.Combine(folder.Outside, "x");
        File.WriteAllText(outside, "another's");
        File.SetUnixFileMode(outside, (UnixFileMode)Convert.ToInt32("600", 8));
        Directory.Delete(Path.Combine(folder.Root, "a"), recursive: true);
        File.CreateSymbolicLink(Path.Combine(folder.Root, "a"), folder.Outside);

        var place = await SnapshotPlace.Find(
            SnapshotFolder.GitPath, folder.Data, folder.Subject, PrivatePaths.OfMachine, new KnownPlaces(), CancellationToken.None);
        await taken.Mark.Modes!.Apply(place, taken.Tree, CancellationToken.None);

        Assert.Equal("600", Convert.ToString((int)File.GetUnixFileMode(outside), 8));
        Assert.Null(PlacedFile.Open(file));
    }

    private static string Modes(SnapshotFolder folder) =>
        string.Join(
            ' ',
            Directory
                .GetFiles(folder.Root)
                .Order(StringComparer.Ordinal)
                .Select(file => $"{Path.GetFileName(file)}:{Convert.ToString((int)File.GetUnixFileMode(file), 8)}"));

    private static void Inner(SnapshotFolder folder, string path)
    {
        folder.Write($"{path}/notes.md", "mine\n");
        var root = $"{folder.Root}/{path}";
        SnapshotFolder.GitIn(root, "init", "-q", "-b", "main");
        SnapshotFolder.GitIn(root, "add", "notes.md");
        SnapshotFolder.GitIn(root, "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "-qm", "one");
    }
}
