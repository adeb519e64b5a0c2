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

        var result = await Patch(folder, """
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
        await Patch(folder, "--- a/a.txt\n+++ b/a.txt\n@@ -1,2 +1,2 @@\n one\n-two\n+2\n");
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

        var error = await Assert.ThrowsAsync<ToolException>(() => Patch(folder, patch));

        Assert.Contains(problem, error.Message);
        Assert.Equal("first\n", folder.Read("first.txt"));
    }

    [Theory]
    [InlineData("diff --git a/a.txt b/b.txt\nsimilarity index 100%\nrename from a.txt\nrename to b.txt\n", "renames")]
    [InlineData("diff --git a/a.txt b/b.txt\ncopy from a.txt\ncopy to b.txt\n", "copies")]
    [InlineData("diff --git a/a.txt b/a.txt\nold mode 100644\nnew mode 100755\n", "mode")]
    [InlineData("diff --git a/run.sh b/run.sh\nnew file mode 100755\n--- /dev/null\n+++ b/run.sh\n@@ -0,0 +1 @@\n+x\n", "mode")]
    [InlineData("diff --git a/a.txt b/a.txt\ndeleted file mode 100644\n--- a/a.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-same\n", "deletes")]
    [InlineData("diff --git a/p.png b/p.png\nindex 1..2 100644\nBinary files a/p.png and b/p.png differ\n", "bytes")]
    [InlineData("diff --git a/p.png b/p.png\nindex 1..2 100644\nGIT binary patch\nliteral 1\n", "bytes")]
    [InlineData("diff --git a/a.txt b/a.txt\n", "no change")]
    [InlineData("@@ -1 +1 @@\n-same\n+x\n", "without the lines")]
    [InlineData("--- a/a.txt\n+++ b/a.txt\n@@ -1,2 +1,2 @@\n-same\n+x\n", "counts")]
    [InlineData("--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-same\n+x\n+y\n", "1 before and 2 after follow")]
    [InlineData(
        "--- a/a.txt\n+++ b/a.txt\n@@ -1,3 +1,4 @@\n same\n-one\n+1\n same\n--- a/b.txt\n+++ b/b.txt\n@@ -1 +1 @@\n-b\n+c\n", "counts")]
    [InlineData("--- a/a.txt\n+++ b/a.txt\n@@ -3 +3 @@\n-same\n\\ No newline at end of file\n+x\n", "has line end")]
    [InlineData("--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-same\n+x\n\\ No newline at end of file\n", "middle")]
    [InlineData("--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n same\n", "Nothing is changed")]
    [InlineData("*** Begin Patch\n*** Update File: a.txt\n@@\n-same\n+x\n*** End Patch\n", "no unified diff")]
    public async Task What_cannot_be_done_as_it_says_is_refused_with_the_reason(string patch, string problem)
    {
        using var folder = new TempWorkspace();
        folder.Write("a.txt", "same\none\nsame\n");
        folder.Write("b.txt", "b\n");

        var error = await Assert.ThrowsAsync<ToolException>(() => Patch(folder, patch));

        Assert.Contains(problem, error.Message);
        Assert.Equal(
            ("same\none\nsame\n", "b\n", 2),
            (folder.Read("a.txt"), folder.Read("b.txt"), Directory.GetFileSystemEntries(folder.Root).Length));
    }

    [Fact]
    public async Task Only_what_changed_is_told_as_changed()
    {
        using var folder = new TempWorkspace();
        folder.Write("a.txt", "a\n");
        folder.Write("b.txt", "b\n");
        var result = await Patch(folder, "--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n a\n--- a/b.txt\n+++ b/b.txt\n@@ -1 +1 @@\n-b\n+c\n");
        Assert.Equal("Changed b.txt.", result.Text);
    }

    [Theory]
    [InlineData("--- \"a/caf\\303\\251 \\t.txt\"\n+++ \"b/caf\\303\\251 \\t.txt\"\n", "caf\u00e9 \t.txt")]
    [InlineData("--- a/with blank.txt\t2026-01-01 00:00:00\n+++ b/with blank.txt\t2026-01-01 00:00:00\n", "with blank.txt")]
    [InlineData("--- b/own.txt\n+++ b/own.txt\n", "b/own.txt")]
    [InlineData("--- i/plain.txt\n+++ w/plain.txt\n", "plain.txt")]
    [InlineData("--- ./sub//plain.txt\n+++ ./sub//plain.txt\n", "sub/plain.txt")]
    public async Task Names_are_read_as_programs_write_them(string header, string path)
    {
        using var folder = new TempWorkspace();
        folder.Write(path, "old\n");
        await Patch(folder, $"{header}@@ -1 +1 @@\n-old\n+new\n");
        Assert.Equal("new\n", folder.Read(path));
    }

    [Fact]
    public async Task An_empty_file_is_made_and_a_mail_is_read()
    {
        using var folder = new TempWorkspace();
        folder.Write("a.txt", "- one\n");
        await Patch(
            folder,
            "From 1\nSubject: x\n\n- a point\n+ another\n---\n a.txt | 2 +-\n\ndiff --git a/empty b/empty\nnew file mode 100644\nindex 000..e69\n"
                + "diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-- one\n+- two\n-- \n2.39.5\n\n");
        Assert.Equal(("", "- two\n"), (folder.Read("empty"), folder.Read("a.txt")));
    }

    [Fact]
    public async Task Edits_are_made_in_order_and_all_or_none()
    {
        using var folder = new TempWorkspace();
        folder.Write("a.txt", "one two");
        folder.Write("b.txt", "x");

        await Run(
            folder,
            new
            {
                edits = new object[]
                {
                    new { path = "a.txt", old_text = "one", new_text = "1" },
                    new { path = "a.txt", old_text = "1 two", new_text = "12" },
                    new { path = "b.txt", old_text = "x", new_text = "y" },
                },
            });
        Assert.Equal(("12", "y"), (folder.Read("a.txt"), folder.Read("b.txt")));

        await Assert.ThrowsAsync<ToolException>(() =>
            Run(
                folder,
                new
                {
                    edits = new object[]
                    {
                        new { path = "a.txt", old_text = "12", new_text = "changed" },
                        new { path = "b.txt", old_text = "gone", new_text = "y" },
                    },
                }));
        Assert.Equal("12", folder.Read("a.txt"));
    }

    [Fact]
    public async Task A_file_that_changed_since_it_was_read_is_left_alone()
    {
        using var folder = new TempWorkspace();
        folder.Write("a.txt", "one\n");
        await folder.Run(new ReadTool(), """{"path": "a.txt"}""");
        folder.Write("a.txt", "one\nmore\n");

        var error = await Assert.ThrowsAsync<ToolException>(() => Patch(folder, "--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-one\n+2\n"));

        Assert.Contains("changed since", error.Message);
    }

    private static Task<ToolResult> Patch(TempWorkspace folder, string patch) => Run(folder, new { patch });

    private static Task<ToolResult> Run(TempWorkspace folder, object arguments) =>
        folder.Run(new PatchTool(), JsonSerializer.Serialize(arguments));
}
