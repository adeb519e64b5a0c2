using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text.Json;
using Koda.Worker.Tools;
using Xunit;

namespace Koda.Worker.Tests.Tools;

[SupportedOSPlatform("linux")]
public class GitToolTests
{
    [Fact]
    public async Task Looking_at_a_repository_works()
    {
        using var folder = Repository();
        folder.Write("a.txt", "changed\n");
        folder.Write("größe.txt", "");

        Assert.Contains("?? größe.txt", (await Run(folder, "status", "--short")).Text);
        Assert.Contains("M a.txt", (await Run(folder, "status", "--short")).Text);
        Assert.Contains("first commit", (await Run(folder, "log", "--oneline", "-n1")).Text);
        Assert.Contains("+changed", (await Run(folder, "diff")).Text);
        Assert.Contains("a.txt", (await Run(folder, "ls-files")).Text);
        Assert.Contains("one", (await Run(folder, "blame", "HEAD", "--", "a.txt")).Text);
        Assert.Contains("first commit", (await Run(folder, "show", "--stat", "HEAD")).Text);
        Assert.Contains("main", (await Run(folder, "branch", "--list")).Text);
    }

    [Theory]
    [InlineData("commit", "-m", "x")]
    [InlineData("push")]
    [InlineData("-c", "core.pager=touch x", "log")]
    [InlineData("diff", "--output=stolen")]
    [InlineData("diff", "--outp=stolen")]
    [InlineData("diff", "--ext-diff")]
    [InlineData("diff", "--no-index", "a", "b")]
    [InlineData("diff", "/etc/passwd", "/dev/null")]
    [InlineData("diff", "../outside/secret", "a.txt")]
    [InlineData("blame", "--contents=/etc/passwd", "a.txt")]
    [InlineData("log", "--textconv")]
    [InlineData("branch", "new")]
    [InlineData("branch", "--list", "-D", "main")]
    [InlineData("grep", "-O", "x")]
    [InlineData("status", "--unknown")]
    public async Task What_could_write_or_run_or_look_elsewhere_is_refused(params string[] arguments)
    {
        using var folder = Repository();
        await Assert.ThrowsAnyAsync<ToolException>(() => Run(folder, arguments));
    }

    [Fact]
    public async Task A_repository_cannot_make_git_run_its_programs()
    {
        using var folder = Repository();
        var trap = folder.Write("trap.sh", $"#!/bin/sh\ntouch {folder.Outside}/sprung\ncat\n");
        File.SetUnixFileMode(trap, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        foreach (
            var setting in new[]
            {
                "core.fsmonitor",
                "diff.external",
                "core.pager",
                "filter.trap.clean",
                "filter.trap.process",
                "diff.trap.textconv",
            })
            Git(folder.Root, "config", setting, trap);
        folder.Write(".gitattributes", "*.txt filter=trap diff=trap\n");
        folder.Write("a.txt", "changed\n");

        await Run(folder, "status");
        await Run(folder, "diff");
        await Run(folder, "log", "-p");
        await Run(folder, "show");

        Assert.Empty(Directory.GetFileSystemEntries(folder.Outside));
    }

    private static Task<ToolResult> Run(TempWorkspace folder, params string[] arguments) =>
        folder.Run(new GitTool(), $$"""{"args": {{JsonSerializer.Serialize(arguments)}}}""");

    private static TempWorkspace Repository()
    {
        var folder = new TempWorkspace();
        folder.Write("a.txt", "one\n");
        Git(folder.Root, "init", "-q", "-b", "main");
        Git(folder.Root, "add", ".");
        Git(folder.Root, "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-q", "-m", "first commit");
        return folder;
    }

    private static void Git(string directory, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = directory })!;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
