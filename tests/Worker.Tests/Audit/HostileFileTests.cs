using Koda.Worker.Audit;
using Koda.Worker.Audit.Rules;
using Xunit;

namespace Koda.Worker.Tests.Audit;

/// <summary>Files that were made to keep a reader busy. Each costs itself only, and is counted; the tests end, whatever they hold.</summary>
public sealed class HostileFileTests
{
    private const int Size = 150_000;

    public static TheoryData<string, string> Files => new()
    {
        { "a.js", new string('(', Size) },
        { "a.js", new string('{', Size) + new string(')', Size) },
        { "a.js", string.Concat(Enumerable.Repeat("`${", Size / 3)) },
        { "a.js", string.Concat(Enumerable.Repeat("a=>", Size / 3)) },
        { "a.js", string.Concat(Enumerable.Repeat("a=", Size / 2)) },
        { "a.js", string.Concat(Enumerable.Repeat("a()", Size / 3)) },
        { "a.js", string.Concat(Enumerable.Repeat("a?b:", Size / 4)) },
        { "a.js", "eval(" + string.Concat(Enumerable.Repeat("x+\n", Size / 3)) + "1)" },
        { "a.js", string.Concat(Enumerable.Repeat("x = x + x;\n", Size / 11)) + "eval(x);" },
        { "a.js", "'" + new string('a', Size) },
        { "a.py", string.Concat(Enumerable.Range(0, 500).Select(depth => new string(' ', depth) + "if x:\n")) },
        { "a.py", string.Concat(Enumerable.Repeat("f'{", Size / 3)) },
        { "a.py", string.Concat(Enumerable.Repeat("import ", Size / 7)) },
        { "a.cs", string.Concat(Enumerable.Repeat("a<", Size / 2)) + "(" },
        { "a.cs", string.Concat(Enumerable.Repeat("$\"{", Size / 3)) },
        { "a.go", string.Concat(Enumerable.Repeat("func(", Size / 5)) },
        { "a.html", string.Concat(Enumerable.Repeat("<script>", Size / 8)) },
        { ".env", "PASSWORD=" + new string('a', Size) },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public async Task It_costs_that_file_only(string name, string text)
    {
        // One line so long would be taken for a minified file.
        var lines = string.Concat(text.Chunk(100).Select(chunk => new string(chunk) + "\n"));
        var result = await Audits.OfAsync(($"src/{name}", lines), ("src/fault.js", "export const run = body => eval(body);\n"));
        Assert.Contains(result.Findings, finding => finding.Path == "src/fault.js");
        Assert.Equal(2, result.Coverage.Files);
    }

    [Fact]
    public async Task A_file_that_is_too_large_is_never_read()
    {
        var result = await new Auditor(RulePack.BuiltIn).RunAsync(
            [new AuditedFile("src/a.js", 50_000_000, () => throw new InvalidOperationException("It was opened."))], CancellationToken.None);
        Assert.Contains("- Not read: 1 file larger than 1024 KB: `src/a.js`.", result.Report());
    }

    [Fact]
    public async Task A_file_that_takes_too_much_work_is_named()
    {
        // Each value is made of twenty others, and each of these again.
        var text = string.Concat(Enumerable.Repeat($"a = {string.Join(" + ", Enumerable.Repeat("a", 20))};\n", 3000)) + "eval(a);\n";
        var result = await Audits.OfAsync(("src/a.js", text), ("src/fault.js", "export const run = body => eval(body);\n"));
        Assert.Single(result.Findings);
        Assert.Contains("- Not read: 1 file that take more work than one file is given: `src/a.js`.", result.Report());
    }
}
