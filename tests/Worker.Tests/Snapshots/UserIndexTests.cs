using System.Runtime.Versioning;
using Xunit;

namespace Koda.Worker.Tests.Snapshots;

/// <summary>A first snapshot that begins with what the user's git has looked at holds what the files hold all the same.</summary>
[SupportedOSPlatform("linux")]
public sealed class UserIndexTests
{
    [Theory]
    [InlineData("as it is", "one\n")]
    [InlineData("changed at once", "two\n")]
    [InlineData("converted by autocrlf", "one\r\n")]
    [InlineData("converted by an attribute", "one\r\n")]
    [InlineData("changed by a filter of the same size", "one\n")]
    [InlineData("taken for unchanged", "two\n")]
    [InlineData("left out of the work tree", "two\n")]
    [InlineData("staged only", "two\n")]
    [InlineData("in conflict", "three\n")]
    [InlineData("index of version 4", "two\n")]
    [InlineData("index that is none", "two\n")]
    [InlineData("deleted", null)]
    public async Task The_first_snapshot_holds_what_a_file_holds(string how, string? content)
    {
        using var folder = SnapshotFolder.Repository();
        Prepare(folder, how);

        var snapshot = await folder.Take();

        var held = folder.Git("ls-tree", "-r", "--name-only", snapshot.Commit).Contains("a.txt")
            ? folder.Git("cat-file", "blob", $"{snapshot.Commit}:a.txt")
            : null;
        Assert.Equal(content, held);
        Assert.Equal("other\n", folder.Git("cat-file", "blob", $"{snapshot.Commit}:sub/other.txt"));
        folder.Write("a.txt", "later\n");
        await folder.Restore(snapshot.Commit);
        Assert.Equal(content, folder.Has("a.txt") ? folder.Read("a.txt") : null);
    }

    private static void Prepare(SnapshotFolder folder, string how)
    {
        folder.Write("sub/other.txt", "other\n");
        folder.Write("a.txt", "one\n");
        if (how == "converted by autocrlf")
            folder.Git("config", "core.autocrlf", "true");
        if (how == "converted by an attribute")
            folder.Write(".gitattributes", "*.txt text\nother.txt -text\n");
        if (how == "changed by a filter of the same size")
        {
            folder.Git("config", "filter.turn.clean", "tr a-z b-za");
            folder.Git("config", "filter.turn.smudge", "tr b-za a-z");
            folder.Write(".gitattributes", "a.txt filter=turn\n");
        }
        if (how.StartsWith("converted"))
            folder.Write("a.txt", "one\r\n");
        folder.Commit();
        switch (how)
        {
            case "changed at once" or "index of version 4" or "index that is none":
                folder.Write("a.txt", "two\n");
                break;
            case "taken for unchanged":
                folder.Git("update-index", "--assume-unchanged", "a.txt");
                folder.Write("a.txt", "two\n");
                break;
            case "left out of the work tree":
                folder.Git("update-index", "--skip-worktree", "a.txt");
                folder.Write("a.txt", "two\n");
                break;
            case "staged only":
                folder.Write("a.txt", "two\n");
                folder.Git("add", "a.txt");
                break;
            case "in conflict":
                folder.Git("checkout", "-q", "-b", "side");
                folder.Write("a.txt", "side\n");
                folder.Git("commit", "-qam", "side");
                folder.Git("checkout", "-q", "main");
                folder.Write("a.txt", "main\n");
                folder.Git("commit", "-qam", "main");
                folder.Git("-c", "alias.try=!git merge -q side || true", "try");
                folder.Write("a.txt", "three\n");
                break;
            case "deleted":
                folder.Delete("a.txt");
                break;
        }
        if (how == "index of version 4")
            folder.Git("update-index", "--index-version", "4");
        if (how == "index that is none")
            File.WriteAllText($"{folder.Top}/.git/index", "DIRC");
    }
}
