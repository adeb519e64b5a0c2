using System.Runtime.Versioning;
using Koda.Worker.Snapshots;
using Xunit;

namespace Koda.Worker.Tests.Snapshots;

[SupportedOSPlatform("linux")]
public class ComparisonTests
{
    [Fact]
    public async Task Two_snapshots_are_compared_with_renames_and_what_is_no_text()
    {
        using var folder = SnapshotFolder.Repository();
        folder.Write("a.txt", "one\ntwo\n");
        folder.Write("old.txt", string.Concat(Enumerable.Repeat("a line that stays\n", 20)));
        File.WriteAllBytes(Path.Combine(folder.Root, "b.bin"), [0, 1, 2]);
        var first = await folder.Take();
        folder.Write("a.txt", "one\n2\nthree\n");
        File.Move(Path.Combine(folder.Root, "old.txt"), Path.Combine(folder.Root, "new ä.txt"));
        File.WriteAllBytes(Path.Combine(folder.Root, "b.bin"), [3, 0]);
        var second = await folder.Take(2);
        folder.Write("a.txt", "later\n");

        var diff = await folder.Diff(first.Commit, second.Commit);

        Assert.Equal(
            [
                new FileDifference("a.txt", FileDifferences.Modified) { Added = 2, Removed = 1 },
                new FileDifference("b.bin", FileDifferences.Modified),
                new FileDifference("new ä.txt", FileDifferences.Renamed) { OldPath = "old.txt", Added = 0, Removed = 0 },
            ],
            diff.Files);
        Assert.Contains("-two\n+2\n+three\n", diff.Text);
        Assert.Contains("Binary files a/b.bin and b/b.bin differ", diff.Text);
        Assert.Contains("rename from old.txt\nrename to new ä.txt\n", diff.Text);
        Assert.False(diff.Truncated);
    }

    [Fact]
    public async Task Without_names_the_first_snapshot_is_compared_with_the_files_as_they_are()
    {
        using var folder = new SnapshotFolder();
        folder.Write("a.txt", "one\n");
        await folder.Take();
        folder.Write("a.txt", "two\n");
        await folder.Take(2);
        folder.Write("a.txt", "three\n");

        var diff = await folder.Diff("");

        Assert.Contains("-one\n+three\n", diff.Text);
    }

    [Fact]
    public async Task A_long_text_ends_with_a_whole_line_and_the_files_are_still_told()
    {
        using var folder = new SnapshotFolder();
        var first = await folder.Take();
        folder.Write("a.txt", string.Concat(Enumerable.Range(0, 200_000).Select(line => $"line {line}\n")));
        folder.Write("z.txt", "z\n");

        var diff = await folder.Diff(first.Commit);

        Assert.True(diff.Truncated);
        Assert.True(diff.Text.Length <= 1024 * 1024 && diff.Text.EndsWith('\n'));
        Assert.Equal(["a.txt", "z.txt"], diff.Files.Select(file => file.Path));
    }
}
