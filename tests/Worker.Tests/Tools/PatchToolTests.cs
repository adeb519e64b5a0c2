using System.Text.Json;
using Koda.Worker.Tools;
using Xunit;

namespace Koda.Worker.Tests.Tools;

public class PatchToolTests
{
    [Fact]
    public async Task A_diff_changes_several_files_at_once()
    {
        using var folder = new TempWorkspace();
        folder.Write("a.txt", "one\ntwo\nthree\n");
        folder.Write("b.txt", "x\r\ny\r\n");

        var result = await PatchAsync(folder, """
            diff --git a/a.txt b/a.txt
            --- a/a.txt
            +++ b/a.txt
            @@ -1,3 +1,3 @@
             one
            -two
            +2
             three
            --- b.txt
            +++ b.txt
            @@ -2 +2,2 @@
            -y
            +z
            +zz
            --- /dev/null
            +++ b/new/c.txt
            @@ -0,0 +1,2 @@
            +hello
            +there
            """);

        Assert.Equal("one\n2\nthree\n", folder.Read("a.txt"));
        Assert.Equal("x\r\nz\r\nzz\r\n", folder.Read("b.txt"));
        Assert.Equal("hello\nthere\n", folder.Read("new/c.txt"));
        Assert.Equal(["a.txt", "b.txt", "new/c.txt"], result.Files!.Select(file => file.Path));
        Assert.Contains("+zz", result.Diff);
    }

    [Fact]
    public async Task A_diff_whose_lines_moved_still_fits_where_they_are()
    {
        using var folder = new TempWorkspace();
        folder.Write("a.txt", "new\nnew\none\ntwo\n");
        await PatchAsync(folder, "--- a/a.txt\n+++ b/a.txt\n@@ -1,2 +1,2 @@\n one\n-two\n+2\n");
        Assert.Equal("new\nnew\none\n2\n", folder.Read("a.txt"));
    }

    [Theory]
    [InlineData("--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-nothing like it\n+x\n", "does not fit")]
    [InlineData("--- a/a.txt\n+++ b/a.txt\n@@ -9 +9 @@\n-same\n+x\n", "more than one place")]
    [InlineData("--- a/a.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-one\n", "does not delete")]
    [InlineData("--- a/gone.txt\n+++ b/gone.txt\n@@ -1 +1 @@\n-one\n+x\n", "does not exist")]
    [InlineData("just text", "no unified diff")]
    public async Task One_part_that_does_not_fit_changes_nothing(string second, string problem)
    {
        using var folder = new TempWorkspace();
        folder.Write("a.txt", "same\none\nsame\n");
        folder.Write("first.txt", "first\n");
        var patch = second == "just text" ? second : $"--- a/first.txt\n+++ b/first.txt\n@@ -1 +1 @@\n-first\n+changed\n{second}";

        var error = await Assert.ThrowsAsync<ToolException>(() => PatchAsync(folder, patch));

        Assert.Contains(problem, error.Message);
        Assert.Equal("first\n", folder.Read("first.txt"));
    }

    [Fact]
    public async Task Edits_are_made_in_order_and_all_or_none()
    {
        using var folder = new TempWorkspace();
        folder.Write("a.txt", "one two");
        folder.Write("b.txt", "x");

        await RunAsync(folder, new { edits = new object[] { new { path = "a.txt", old_text = "one", new_text = "1" }, new { path = "a.txt", old_text = "1 two", new_text = "12" }, new { path = "b.txt", old_text = "x", new_text = "y" } } });
        Assert.Equal(("12", "y"), (folder.Read("a.txt"), folder.Read("b.txt")));

        await Assert.ThrowsAsync<ToolException>(() => RunAsync(folder, new
        {
            edits = new object[] { new { path = "a.txt", old_text = "12", new_text = "changed" }, new { path = "b.txt", old_text = "gone", new_text = "y" } },
        }));
        Assert.Equal("12", folder.Read("a.txt"));
    }

    [Fact]
    public async Task A_file_that_changed_since_it_was_read_is_left_alone()
    {
        using var folder = new TempWorkspace();
        folder.Write("a.txt", "one\n");
        await folder.RunAsync(new ReadTool(), """{"path": "a.txt"}""");
        folder.Write("a.txt", "one\nmore\n");

        var error = await Assert.ThrowsAsync<ToolException>(() => PatchAsync(folder, "--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-one\n+2\n"));

        Assert.Contains("changed since", error.Message);
    }

    private static Task<ToolResult> PatchAsync(TempWorkspace folder, string patch) => RunAsync(folder, new { patch });

    private static Task<ToolResult> RunAsync(TempWorkspace folder, object arguments) => folder.RunAsync(new PatchTool(), JsonSerializer.Serialize(arguments));
}
