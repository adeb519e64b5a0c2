using Koda.Worker.Tools;
using Xunit;

namespace Koda.Worker.Tests.Tools;

public class CodingToolTests
{
    [Fact]
    public async Task Search_puts_the_file_that_is_most_about_the_words_first()
    {
        using var folder = new TempWorkspace();
        folder.Write("src/retry_policy.cs", "class RetryPolicy { int attempts; }\n");
        folder.Write("src/other.cs", "// retry\n");
        folder.Write("docs/cooking.md", "boil the water\n");
        folder.Write("node_modules/retry/index.js", "retry policy attempts\n");
        File.WriteAllBytes(Path.Combine(folder.Root, "blob.bin"), [0, 1, 2]);

        var result = await folder.Run(new SearchTool(), """{"query": "retry policies attempts"}""");

        var files = result.Text.Split('\n').Where(line => !line.StartsWith(' ')).ToList();
        Assert.Equal(["src/retry_policy.cs", "src/other.cs"], files);
        Assert.Contains("  1: class RetryPolicy", result.Text);
        Assert.Equal("(no file is about that)", (await folder.Run(new SearchTool(), """{"query": "zebra"}""")).Text);
    }

    [Fact]
    public async Task Read_tells_an_image_from_another_binary_file()
    {
        using var folder = new TempWorkspace();
        File.WriteAllBytes(Path.Combine(folder.Root, "a.png"), [0x89, 0x50, 0x4E, 0x47, 0, 1]);
        File.WriteAllBytes(Path.Combine(folder.Root, "a.bin"), [1, 0, 1]);

        Assert.Contains(
            "an image (PNG) of 6 bytes",
            (await Assert.ThrowsAsync<ToolException>(() => folder.Run(new ReadTool(), """{"path": "a.png"}"""))).Message);
        Assert.Contains(
            "a binary file of 3 bytes",
            (await Assert.ThrowsAsync<ToolException>(() => folder.Run(new ReadTool(), """{"path": "a.bin"}"""))).Message);
    }

    [Fact]
    public async Task Searches_leave_out_what_may_not_be_read()
    {
        using var folder = new TempWorkspace();
        folder.Write(".env", "KEY=hidden\n");
        folder.Write("a.txt", "KEY=shown\n");
        folder.Context = folder.Context with { MayRead = path => path != ".env" };

        Assert.DoesNotContain("hidden", (await folder.Run(new SearchTool(), """{"query": "key"}""")).Text);
        Assert.Equal("a.txt:1:KEY=shown\n", (await folder.Run(new GrepTool(), """{"pattern": "KEY"}""")).Text);
    }

    [Fact]
    public async Task Todo_keeps_the_list_that_it_is_given()
    {
        using var folder = new TempWorkspace();
        var result = await folder.Run(
            new TodoTool(),
            """{"items": [{"id": "a", "text": "look", "state": "done"}, {"id": "b", "text": "act", "state": "active"}]}"""
        );
        Assert.Equal("[x] look\n[>] act\n", result.Text);
        Assert.Equal(2, result.Todo!.Count);
        folder.Context = folder.Context with { Todo = () => result.Todo };
        var shown = await folder.Run(new TodoTool(), "{}");
        Assert.Equal(result.Text, shown.Text);
        Assert.Null(shown.Todo);
    }

    [Theory]
    [InlineData("""{"items": [{"id": "a", "text": "look"}]}""", "lacks 'state'")]
    [InlineData("""{"items": [{"id": "a", "text": "look", "state": "maybe"}]}""", "must be one of")]
    [InlineData("""{"items": [{"id": "a", "text": "look", "state": "done", "x": 1}]}""", "has 'x'")]
    [InlineData("""{"items": ["a"]}""", "must be a object")]
    public async Task A_list_of_another_form_is_refused(string arguments, string problem)
    {
        using var folder = new TempWorkspace();
        var error = await Assert.ThrowsAsync<ToolException>(() => folder.Run(new TodoTool(), arguments));
        Assert.Contains(problem, error.Message);
    }

    [Fact]
    public async Task Lsp_gives_what_the_languages_own_checker_finds()
    {
        using var folder = new TempWorkspace();
        folder.Write("good.py", "x = 1\n");
        folder.Write("sub/bad.py", "def f(:\n    pass\n");
        Assert.Contains("sub/bad.py:1:", (await folder.Run(new LspTool(), "{}")).Text);
        Assert.StartsWith("No problem found.", (await folder.Run(new LspTool(), """{"paths": ["good.py"]}""")).Text);
        Assert.Empty(Directory.GetDirectories(folder.Root, "__pycache__", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Lsp_says_when_there_is_nothing_to_check_with()
    {
        using var folder = new TempWorkspace();
        folder.Write("a.txt", "x");
        Assert.StartsWith("No checker", (await folder.Run(new LspTool(), "{}")).Text);
    }

    [Theory]
    [InlineData("src/a.ts(3,5): error TS2322: Type 'x'.", "src/a.ts:3:5: error TS2322: Type 'x'.")]
    [InlineData("{root}/a.cs(3,5): error CS1002: ; expected [{root}/a.csproj]", "a.cs:3:5: error CS1002: ; expected")]
    [InlineData("./a.go:3:5: undefined: x", "a.go:3:5: undefined: x")]
    [InlineData("vet: ./a.go:3:5: undefined: x", "a.go:3:5: undefined: x")]
    [InlineData("src/main.rs:3:5: error[E0425]: cannot find value", "src/main.rs:3:5: error[E0425]: cannot find value")]
    [InlineData("  {root}/a.py:3:5 - error: x is not defined", "a.py:3:5: error: x is not defined")]
    [InlineData("a.py:3:5: F401 unused", "a.py:3:5: F401 unused")]
    public void What_checkers_print_is_brought_into_one_form(string line, string expected)
    {
        using var folder = new TempWorkspace();
        Assert.Equal([expected], Findings.In(line.Replace("{root}", folder.Root), folder.Root, folder.Context.Workspace));
    }
}
