using System.Text.Json;
using Koda.Worker.Tools;
using Xunit;

namespace Koda.Worker.Tests.Tools;

/// <summary>Files keep the ends of their lines, which models neither see nor write.</summary>
public sealed class LineEndTests
{
    [Theory]
    [InlineData("a\r\nb\r\n", "a\nb", "a\nc\nd", "a\r\nc\r\nd\r\n")]
    [InlineData("a\r\nb\r\n", "b", "b\nc", "a\r\nb\r\nc\r\n")]
    [InlineData("a\r\nb", "b", "b\nc", "a\r\nb\r\nc")]
    [InlineData("a\r\nb\nc\r\n", "b\n", "b\nx\n", "a\r\nb\nx\nc\r\n")]
    [InlineData("a\r\nb\nc\r\n", "a\nb", "a\nx\nb", "a\r\nx\r\nb\nc\r\n")]
    [InlineData("a\nb\n", "a\r\nb", "c\r\nd", "c\r\nd\n")]
    [InlineData("a\r\nb\r\n", "a\r\nb", "a\nb", "a\nb\r\n")]
    [InlineData("a\nb\n", "b", "b\r\nc", "a\nb\r\nc\n")]
    [InlineData("\uFEFFa\r\nb\r\n", "a\nb", "x\ny", "\uFEFFx\r\ny\r\n")]
    [InlineData("a\rb\r\nc\r\n", "b\nc", "b\nd", "a\rb\r\nd\r\n")]
    [InlineData("one", "one", "two\nthree", "two\nthree")]
    public async Task An_edit_ends_new_lines_as_those_beside_them(string file, string old, string now, string after)
    {
        using var folder = new TempWorkspace();
        folder.Write("f", file);
        await Run(folder, new EditTool(), new { path = "f", old_text = old, new_text = now });
        Assert.Equal(after, Bytes(folder));

        using var other = new TempWorkspace();
        other.Write("f", file);
        await Run(other, new PatchTool(), new { edits = new[] { new { path = "./f", old_text = old, new_text = now } } });
        Assert.Equal(after, Bytes(other));
    }

    [Fact]
    public async Task All_occurrences_are_replaced_and_counted_without_carriage_returns()
    {
        using var folder = new TempWorkspace();
        folder.Write("f", "x\r\ny\r\nx\ny\nx\r\ny\n");
        var twice = await Assert.ThrowsAsync<ToolException>(() =>
            Run(folder, new EditTool(), new { path = "f", old_text = "x\ny\n", new_text = "z\n" }));
        Assert.Contains("3 times", twice.Message);
        await Run(folder, new EditTool(), new { path = "f", old_text = "x\ny\n", new_text = "z\nz\n", replace_all = true });
        Assert.Equal("z\r\nz\r\nz\nz\nz\r\nz\n", Bytes(folder));
    }

    [Theory]
    [InlineData("a\r\nb\r\n", "a\nc\n", "a\r\nc\r\n")]
    [InlineData("a\r\nb\r\n", "a\r\nc\n", "a\r\nc\r\n")]
    [InlineData("a\r\nb\r\n", "", "")]
    [InlineData("\uFEFFa\r\nb\r\n", "x\ny", "\uFEFFx\r\ny")]
    [InlineData("\uFEFFa\n", "\uFEFFx\n", "\uFEFFx\n")]
    [InlineData("a\r\nb\nc\r\nd\n", "a\nb\nx\nc\nd\n", "a\r\nb\nx\nc\r\nd\n")]
    [InlineData("a\r\nb\nc\r\n", "a\nz\nc\n", "a\r\nz\nc\r\n")]
    [InlineData("a\nb\n", "a\r\nb\r\n", "a\r\nb\r\n")]
    [InlineData("a\nb\n", "c\n", "c\n")]
    public async Task Writing_anew_keeps_the_ends(string file, string content, string after)
    {
        using var folder = new TempWorkspace();
        folder.Write("f", file);
        await Run(folder, new WriteTool(), new { path = "f", content });
        Assert.Equal(after, Bytes(folder));
    }

    [Theory]
    [InlineData("a\r\nb\r\nc\r\n", "@@ -1,3 +1,4 @@\n a\n-b\n+x\n+y\n c\n", "a\r\nx\r\ny\r\nc\r\n")]
    [InlineData("a\r\nb\r\n", "@@ -1,2 +1,3 @@\n a\r\n+x\r\n b\r\n", "a\r\nx\r\nb\r\n")]
    [InlineData("a\r\nb\r\n", "@@ -1,2 +1,2 @@\n a\r\n-b\r\n+b\n", "a\r\nb\n")]
    [InlineData("a\nb\r\nc\n", "@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n", "a\nx\r\nc\n")]
    [InlineData("a\r\nb\r\n", "@@ -1,0 +2 @@\n+x\n", "a\r\nx\r\nb\r\n")]
    [InlineData("a\r\nb", "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n", "a\r\nc")]
    [InlineData("\uFEFFa\r\n", "@@ -1 +1 @@\n-a\n+b\n", "\uFEFFb\r\n")]
    public async Task A_patch_may_know_the_ends_or_not(string file, string hunk, string after)
    {
        using var folder = new TempWorkspace();
        folder.Write("f", file);
        await Run(folder, new PatchTool(), new { patch = $"--- a/f\n+++ b/f\n{hunk}" });
        Assert.Equal(after, Bytes(folder));
    }

    [Fact]
    public async Task A_patch_in_the_form_of_Windows_fits_a_file_of_Unix()
    {
        using var folder = new TempWorkspace();
        folder.Write("f", "a\nb\n");
        await Run(folder, new PatchTool(), new { patch = "--- a/f\r\n+++ b/f\r\n@@ -1,2 +1,2 @@\r\n a\r\n-b\r\n+c\r\n" });
        Assert.Equal("a\nc\n", Bytes(folder));
    }

    [Fact]
    public async Task What_changes_nothing_is_told_so_and_writes_nothing()
    {
        using var folder = new TempWorkspace();
        var file = folder.Write("f", "a\r\nb\r\n");
        var before = File.GetLastWriteTimeUtc(file);
        Assert.Equal("f holds just that already.", (await Run(folder, new WriteTool(), new { path = "f", content = "a\nb\n" })).Text);
        Assert.Equal(
            "f holds just that already.",
            (
                await Run(folder, new EditTool(), new { path = "f", old_text = "a\nb", new_text = "a\r\nb" })).Text);
        Assert.Equal(before, File.GetLastWriteTimeUtc(file));
    }

    private static string Bytes(TempWorkspace folder) =>
        new System.Text.UTF8Encoding(false).GetString(File.ReadAllBytes(Path.Combine(folder.Root, "f")));

    private static Task<ToolResult> Run(TempWorkspace folder, ITool tool, object arguments) =>
        folder.Run(tool, JsonSerializer.Serialize(arguments));
}
