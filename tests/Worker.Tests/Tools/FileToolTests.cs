using System.Runtime.Versioning;
using Koda.Worker.Tools;
using Xunit;

namespace Koda.Worker.Tests.Tools;

[SupportedOSPlatform("linux")]
public class FileToolTests
{
    [Fact]
    public async Task Reading_gives_numbered_lines_of_the_range()
    {
        using var folder = new TempWorkspace();
        folder.Write("a.txt", "one\r\ntwo\nthree\nfour");

        Assert.Equal(
            "2\ttwo\n3\tthree\n(there is more: read on with offset 4)\n",
            (await folder.Run(new ReadTool(), """{"path": "a.txt", "offset": 2, "limit": 2}""")).Text);
        Assert.Equal("1\tone\n2\ttwo\n3\tthree\n4\tfour\n", (await folder.Run(new ReadTool(), """{"path": "a.txt"}""")).Text);
        Assert.Equal("(the file has only 4 lines)", (await folder.Run(new ReadTool(), """{"path": "a.txt", "offset": 9}""")).Text);
    }

    [Fact]
    public async Task A_line_without_end_is_cut()
    {
        using var folder = new TempWorkspace();
        folder.Write("long.txt", new string('x', 10_000_000));

        var result = await folder.Run(new ReadTool(), """{"path": "long.txt"}""");

        Assert.InRange(result.Text.Length, 2000, 2100);
        Assert.Contains("(line cut)", result.Text);
    }

    [Theory]
    [InlineData("binary", "is a binary file")]
    [InlineData("missing", "does not exist")]
    [InlineData(".", "is a directory")]
    public async Task What_is_no_text_file_is_not_read(string path, string problem)
    {
        using var folder = new TempWorkspace();
        folder.Write("binary", "a\0b");

        var error = await Assert.ThrowsAsync<ToolException>(() => folder.Run(new ReadTool(), $$"""{"path": "{{path}}"}"""));

        Assert.Contains(problem, error.Message);
    }

    [Fact]
    public async Task Writing_makes_directories_and_tells_the_difference()
    {
        using var folder = new TempWorkspace();

        var made = await folder.Run(new WriteTool(), """{"path": "src/new.txt", "content": "hello\n"}""");
        var changed = await folder.Run(new WriteTool(), """{"path": "src/new.txt", "content": "bye\n"}""");

        Assert.Equal("--- /dev/null\n+++ b/src/new.txt\n@@ -0,0 +1 @@\n+hello\n", made.Diff);
        Assert.Equal("--- a/src/new.txt\n+++ b/src/new.txt\n@@ -1 +1 @@\n-hello\n+bye\n", changed.Diff);
        Assert.Equal("bye\n", folder.Read("src/new.txt"));
    }

    [Fact]
    public async Task An_edit_replaces_text_that_occurs_once()
    {
        using var folder = new TempWorkspace();
        folder.Write("a.txt", "one\ntwo\ntwo\n");

        await folder.Run(new EditTool(), """{"path": "a.txt", "old_text": "one", "new_text": "1"}""");
        var twice = await Assert.ThrowsAsync<ToolException>(() =>
            folder.Run(new EditTool(), """{"path": "a.txt", "old_text": "two", "new_text": "2"}"""));
        await folder.Run(new EditTool(), """{"path": "a.txt", "old_text": "two", "new_text": "2", "replace_all": true}""");
        var never = await Assert.ThrowsAsync<ToolException>(() =>
            folder.Run(new EditTool(), """{"path": "a.txt", "old_text": "two", "new_text": "2"}"""));

        Assert.Contains("occurs 2 times", twice.Message);
        Assert.Contains("does not occur", never.Message);
        Assert.Equal("1\n2\n2\n", folder.Read("a.txt"));
    }

    [Theory]
    [InlineData("edit", """{"path": "a.txt", "old_text": "theirs", "new_text": "mine"}""")]
    [InlineData("write", """{"path": "a.txt", "content": "mine"}""")]
    public async Task A_file_that_changed_since_it_was_read_is_not_overwritten(string tool, string arguments)
    {
        using var folder = new TempWorkspace();
        folder.Write("a.txt", "ours");
        await folder.Run(new ReadTool(), """{"path": "a.txt"}""");
        folder.Write("a.txt", "theirs");

        var error = await Assert.ThrowsAsync<ToolException>(() =>
            folder.Run(tool == "edit" ? new EditTool() : new WriteTool(), arguments));

        Assert.Contains("changed since", error.Message);
        Assert.Equal("theirs", folder.Read("a.txt"));
    }

    [Fact]
    public async Task A_change_keeps_the_mode_and_the_byte_order_mark()
    {
        using var folder = new TempWorkspace();
        var path = folder.Write("run.sh", "");
        File.WriteAllBytes(path, [0xEF, 0xBB, 0xBF, .. "echo one\n"u8]);
        const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        File.SetUnixFileMode(path, Mode);

        await folder.Run(new EditTool(), """{"path": "run.sh", "old_text": "one", "new_text": "1"}""");

        Assert.Equal([0xEF, 0xBB, 0xBF, .. "echo 1\n"u8], File.ReadAllBytes(path));
        Assert.Equal(Mode, File.GetUnixFileMode(path));
    }

    [Fact]
    public async Task Listing_and_finding_show_what_is_there()
    {
        using var folder = new TempWorkspace();
        folder.Write("src/a.ts", "1");
        folder.Write("src/deep/b.ts", "22");
        folder.Write("src/c.js", "");
        folder.Write("node_modules/d.ts", "");

        Assert.Equal("a.ts\t1\nc.js\t0\ndeep/\n", (await folder.Run(new ListTool(), """{"path": "src"}""")).Text);
        Assert.Equal("src/a.ts\nsrc/deep/b.ts", (await folder.Run(new GlobTool(), """{"pattern": "**/*.ts"}""")).Text);
        Assert.Equal("src/a.ts\nsrc/c.js\nsrc/deep/b.ts", (await folder.Run(new GlobTool(), """{"pattern": "*.{ts,js}"}""")).Text);
        Assert.Equal("src/a.ts", (await folder.Run(new GlobTool(), """{"pattern": "src/[!c].ts"}""")).Text);
        Assert.Equal("(no file matches)", (await folder.Run(new GlobTool(), """{"pattern": "src/*.py"}""")).Text);
    }
}
