using Koda.Worker.Tools;
using Xunit;

namespace Koda.Worker.Tests.Tools;

public class PathConfinementTests
{
    [Theory]
    [InlineData("../outside/secret")]
    [InlineData("a/../../outside/secret")]
    [InlineData("/etc/passwd")]
    [InlineData("link-to-file")]
    [InlineData("link-to-directory/secret")]
    [InlineData("link-to-link/secret")]
    [InlineData("relative-link/secret")]
    public async Task Reading_outside_of_the_workspace_is_refused(string path)
    {
        using var folder = WithLinks();
        await Assert.ThrowsAsync<PathRefusedException>(() => folder.Run(new ReadTool(), $$"""{"path": "{{path}}"}"""));
    }

    [Theory]
    [InlineData("../outside/new")]
    [InlineData("link-to-directory/new")]
    [InlineData("link-to-directory/deeper/new")]
    [InlineData("dangling-link")]
    [InlineData(".git/config")]
    public async Task Writing_outside_of_the_workspace_is_refused(string path)
    {
        using var folder = WithLinks();
        await Assert.ThrowsAsync<PathRefusedException>(() =>
            folder.Run(new WriteTool(), $$"""{"path": "{{path}}", "content": "x"}"""));
        Assert.Equal(["secret"], Directory.GetFileSystemEntries(folder.Outside).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("list", """{"path": "link-to-directory"}""")]
    [InlineData("glob", """{"pattern": "*", "path": "link-to-directory"}""")]
    [InlineData("grep", """{"pattern": "x", "path": "../outside"}""")]
    public async Task Searching_outside_of_the_workspace_is_refused(string tool, string arguments)
    {
        using var folder = WithLinks();
        using var web = new HttpClient();
        var found = Toolbox.BuiltIn(web).Single(candidate => candidate.Definition.Name == tool);
        await Assert.ThrowsAsync<PathRefusedException>(() => folder.Run(found, arguments));
    }

    [Fact]
    public async Task Links_inside_of_the_workspace_are_followed()
    {
        using var folder = new TempWorkspace();
        folder.Write("real/file.txt", "hello");
        Directory.CreateSymbolicLink(Path.Combine(folder.Root, "alias"), "real");

        var result = await folder.Run(new ReadTool(), """{"path": "alias/file.txt"}""");

        Assert.Equal("1\thello\n", result.Text);
        Assert.Equal("real/file.txt", result.Path);
    }

    [Fact]
    public async Task A_directory_swapped_for_a_link_between_check_and_use_is_not_followed()
    {
        using var folder = WithLinks();
        folder.Write("swapped/secret", "harmless");
        using var done = new CancellationTokenSource();
        var swapping = Task.Run(() => Swap(Path.Combine(folder.Root, "swapped"), folder.Outside, done.Token));
        for (var i = 0; i < 2000; i++)
        {
            try
            {
                var result = await folder.Run(new ReadTool(), """{"path": "swapped/secret"}""");
                Assert.DoesNotContain("top secret", result.Text);
            }
            catch (ToolException)
            {
                // The link or nothing at all was there at that moment.
            }
        }
        await done.CancelAsync();
        await swapping;
    }

    [Fact]
    public async Task A_pipe_does_not_hang_the_worker()
    {
        using var folder = new TempWorkspace();
        using var pipe = System.Diagnostics.Process.Start("mkfifo", Path.Combine(folder.Root, "pipe"));
        await pipe.WaitForExitAsync();

        var error = await Assert.ThrowsAsync<ToolException>(() => folder.Run(new ReadTool(), """{"path": "pipe"}"""));

        Assert.Contains("not a regular file", error.Message);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/etc")]
    [InlineData("/usr/share")]
    [InlineData("/proc/self")]
    [InlineData("/no/such/directory")]
    [InlineData("relative")]
    public void A_system_directory_or_none_is_no_workspace(string path) =>
        Assert.Throws<ToolException>(() => Workspace.Open(path, []));

    [Fact]
    public void A_workspace_lies_below_the_workers_roots_after_resolving_links()
    {
        using var folder = WithLinks();
        Assert.Equal(folder.Root, Workspace.Open(folder.Root, [Path.GetDirectoryName(folder.Root)!]).Root);
        Assert.Throws<ToolException>(() => Workspace.Open(folder.Outside, [folder.Root]));
        Assert.Throws<ToolException>(() => Workspace.Open(Path.Combine(folder.Root, "link-to-directory"), [folder.Root]));
        Assert.Throws<ToolException>(() => Workspace.Open($"{folder.Root}/../outside", [folder.Root]));
    }

    private static TempWorkspace WithLinks()
    {
        var folder = new TempWorkspace();
        var secret = Path.Combine(folder.Outside, "secret");
        File.WriteAllText(secret, "top secret");
        File.CreateSymbolicLink(Path.Combine(folder.Root, "link-to-file"), secret);
        Directory.CreateSymbolicLink(Path.Combine(folder.Root, "link-to-directory"), folder.Outside);
        Directory.CreateSymbolicLink(Path.Combine(folder.Root, "link-to-link"), "link-to-directory");
        Directory.CreateSymbolicLink(Path.Combine(folder.Root, "relative-link"), "../outside");
        File.CreateSymbolicLink(Path.Combine(folder.Root, "dangling-link"), Path.Combine(folder.Outside, "new"));
        return folder;
    }

    private static void Swap(string path, string target, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            Directory.Move(path, $"{path}-away");
            Directory.CreateSymbolicLink(path, target);
            File.Delete(path);
            Directory.Move($"{path}-away", path);
        }
    }
}
