using Koda.Worker.Tools;
using Xunit;

namespace Koda.Worker.Tests.Tools;

public class SearchTests
{
    [Fact]
    public async Task Matches_come_as_path_line_and_text()
    {
        using var folder = Example();

        Assert.Equal(
            "a.ts:2:const token = 1\nsub/b.py:1:TOKEN = 2\n",
            (await folder.Run(new GrepTool(), """{"pattern": "token", "ignore_case": true}""")).Text);
        Assert.Equal("a.ts:2:const token = 1\n", (await folder.Run(new GrepTool(), """{"pattern": "tok[a-z]n"}""")).Text);
        Assert.Equal("sub/b.py:1:TOKEN = 2\n", (await folder.Run(new GrepTool(), """{"pattern": "TOKEN", "path": "sub"}""")).Text);
        Assert.Equal("sub/b.py:1:TOKEN = 2\n", (await folder.Run(new GrepTool(), """{"pattern": "= ", "glob": "*.py"}""")).Text);
        Assert.Equal("(no match)", (await folder.Run(new GrepTool(), """{"pattern": "nowhere"}""")).Text);
    }

    [Fact]
    public async Task Too_many_matches_are_cut()
    {
        using var folder = new TempWorkspace();
        folder.Write("many.txt", string.Concat(Enumerable.Repeat("match\n", 50)));

        var result = await folder.Run(new GrepTool(), """{"pattern": "match", "max_results": 3}""");

        Assert.True(result.Truncated);
        Assert.Equal(4, result.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task A_pattern_that_is_none_is_an_error()
    {
        using var folder = Example();
        await Assert.ThrowsAsync<ToolException>(() => folder.Run(new GrepTool(), """{"pattern": "("}"""));
    }

    private static TempWorkspace Example()
    {
        var folder = new TempWorkspace();
        folder.Write("a.ts", "first\nconst token = 1\n");
        folder.Write("sub/b.py", "TOKEN = 2\n");
        folder.Write("node_modules/c.js", "token\n");
        folder.Write(".git/d", "token\n");
        folder.Write("binary", "token\0\n");
        File.WriteAllText(Path.Combine(folder.Outside, "e.txt"), "token\n");
        Directory.CreateSymbolicLink(Path.Combine(folder.Root, "link"), folder.Outside);
        return folder;
    }
}
