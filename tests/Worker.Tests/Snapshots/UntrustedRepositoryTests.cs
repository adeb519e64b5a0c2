using System.Runtime.Versioning;
using Koda.Worker.Tests.Tools;
using Xunit;

namespace Koda.Worker.Tests.Snapshots;

[SupportedOSPlatform("linux")]
public class UntrustedRepositoryTests
{
    [Fact]
    public async Task A_repository_cannot_make_a_snapshot_run_its_programs()
    {
        using var folder = SnapshotFolder.Repository();
        folder.Write("a.txt", "one\n");
        folder.Commit();
        var trap = folder.Write("trap.sh", $"#!/bin/sh\ntouch {folder.Outside}/sprung\ncat\n");
        File.SetUnixFileMode(trap, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        string[] settings =
        [
            "core.fsmonitor",
            "core.pager",
            "core.editor",
            "core.sshCommand",
            "diff.external",
            "diff.trap.textconv",
            "diff.trap.command",
            "filter.trap.clean",
            "filter.trap.smudge",
            "filter.trap.process",
            "gpg.program",
            "core.alternateRefsCommand",
            "credential.helper",
        ];
        foreach (var setting in settings)
            folder.Git("config", setting, trap);
        folder.Git("config", "filter.trap.required", "true");
        folder.Git("config", "commit.gpgSign", "true");
        foreach (
            var hook in new[]
            {
                "post-index-change",
                "reference-transaction",
                "post-checkout",
                "pre-commit",
                "post-commit",
                "fsmonitor-watchman",
            })
            File.Copy(trap, Path.Combine(folder.Root, ".git/hooks", hook), overwrite: true);
        folder.Write(".gitattributes", "* filter=trap diff=trap\n");
        folder.Write("a.txt", "two\n");

        var first = await folder.Take();
        folder.Write("a.txt", "three\n");
        folder.Write("b.txt", "b\n");
        await folder.Diff(first.Commit);
        await folder.Restore(first.Commit);
        await folder.Snapshots.Forget(folder.Subject, CancellationToken.None);

        Assert.Empty(Directory.GetFileSystemEntries(folder.Outside));
        Assert.Equal("two\n", folder.Read("a.txt"));
    }

    [Fact]
    public async Task Nothing_is_converted_so_that_files_come_back_byte_for_byte()
    {
        using var folder = SnapshotFolder.Repository();
        folder.Git("config", "core.autocrlf", "true");
        folder.Write(".gitattributes", "*.txt text eol=crlf ident\n*.u16 working-tree-encoding=UTF-16 text\n");
        folder.Write("a.txt", "$Id$\r\nmixed\n");
        var wide = Path.Combine(folder.Root, "b.u16");
        File.WriteAllBytes(wide, [0xff, 0xfe, 0x61, 0x00, 0x0d, 0x00, 0x0a, 0x00]);
        var before = folder.Files();
        var first = await folder.Take();
        folder.Write("a.txt", "other\n");
        File.WriteAllText(wide, "other");

        await folder.Restore(first.Commit);

        Assert.Equal(before, folder.Files());
    }

    [RootFact]
    public async Task A_repository_that_belongs_to_somebody_else_is_not_written_to()
    {
        using var folder = SnapshotFolder.Repository();
        folder.Write(".gitignore", "*.log\n");
        folder.Write("a.txt", "one\n");
        folder.Write("x.log", "log\n");
        folder.Commit();
        using (var chown = System.Diagnostics.Process.Start("chown", ["-R", "65534:65534", folder.Root]))
            await chown.WaitForExitAsync();
        var before = Directory.GetFileSystemEntries(Path.Combine(folder.Root, ".git"), "*", SearchOption.AllDirectories).Order().ToList();

        var first = await folder.Take();
        folder.Write("a.txt", "two\n");
        await folder.Restore(first.Commit);

        Assert.Equal("one\n", folder.Read("a.txt"));
        Assert.Equal(before, Directory.GetFileSystemEntries(Path.Combine(folder.Root, ".git"), "*", SearchOption.AllDirectories).Order());
        Assert.DoesNotContain("x.log", (await folder.Diff(first.Commit)).Files.Select(file => file.Path));
    }

    [Theory]
    [InlineData("objects")]
    [InlineData("refs")]
    [InlineData("refs/koda")]
    [InlineData("objects/ab")]
    public async Task A_repository_with_links_inside_is_not_written_to(string part)
    {
        using var folder = SnapshotFolder.Repository();
        folder.Write("a.txt", "one\n");
        var inside = Path.Combine(folder.Root, ".git", part);
        var target = Path.Combine(folder.Outside, "target");
        if (Directory.Exists(inside))
            Directory.Move(inside, target);
        else
            Directory.CreateDirectory(target);
        Directory.CreateSymbolicLink(inside, target);
        var before = Directory.GetFileSystemEntries(folder.Outside, "*", SearchOption.AllDirectories).Order().ToList();

        var first = await folder.Take();
        folder.Write("a.txt", "two\n");
        await folder.Restore(first.Commit);

        Assert.Equal("one\n", folder.Read("a.txt"));
        Assert.Equal(before, Directory.GetFileSystemEntries(folder.Outside, "*", SearchOption.AllDirectories).Order());
    }

    [Fact]
    public async Task A_file_that_points_to_a_repository_elsewhere_does_not_make_it_written_to()
    {
        using var other = SnapshotFolder.Repository();
        other.Write("a.txt", "other\n");
        other.Commit();
        using var folder = new SnapshotFolder();
        folder.Write(".git", $"gitdir: {other.Root}/.git\n");
        folder.Write("a.txt", "one\n");
        var first = await folder.Take();
        folder.Write("a.txt", "two\n");

        await folder.Restore(first.Commit);

        Assert.Equal("one\n", folder.Read("a.txt"));
        Assert.Empty(other.Git("for-each-ref", "refs/koda"));
    }

    [Fact]
    public async Task A_repository_above_that_ignores_the_workspace_has_no_say()
    {
        using var folder = SnapshotFolder.Repository("project");
        File.WriteAllText(Path.Combine(folder.Top, ".gitignore"), "*\n");
        folder.Write("a.txt", "one\n");
        var first = await folder.Take();
        folder.Write("a.txt", "two\n");

        await folder.Restore(first.Commit);

        Assert.Equal("one\n", folder.Read("a.txt"));
        Assert.Empty(folder.Git("for-each-ref"));
    }
}
