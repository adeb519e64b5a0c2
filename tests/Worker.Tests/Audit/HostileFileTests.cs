using Koda.Worker.Audit;
using Koda.Worker.Audit.Rules;
using Xunit;

namespace Koda.Worker.Tests.Audit;

/// <summary>
/// Files that were made to keep a reader busy. Each costs itself only, and is counted; the tests end, whatever they hold.
/// </summary>
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
        var result = await Audits.Of(($"src/{name}", lines), ("src/fault.js", "export const run = body => eval(body);\n"));
        Assert.Contains(result.Findings, finding => finding.Path == "src/fault.js");
        Assert.Equal(2, result.Coverage.Files);
    }

    [Theory]
    [InlineData("a.js", "eval([, name]);\neval([,]);\nif (token == ) {}\nrun(...[, a], );\nconst { , a } = req.body;\n")]
    [InlineData("a.py", "eval([, name])\nif token == :\n    pass\nx = {, 'a': request.args['a']}\nopen(, f'{}{!r}')\n")]
    [InlineData("a.cs", "class C { void F(string a) { Process.Start(, ); var x = new[] { , a }; if (token == ) { } } }\n")]
    [InlineData("a.go", "package a\nfunc f(r *http.Request) { exec.Command(, ) ; x := []string{, r.URL.Path}; if token == { } }\n")]
    public async Task What_is_left_out_is_read_as_nothing(string name, string text)
    {
        var result = await Audits.Of(($"src/{name}", text), ("src/fault.js", "export const run = body => eval(body);\n"));
        Assert.Contains(result.Findings, finding => finding.Path == "src/fault.js");
        Assert.Equal(2, result.Coverage.Scanned);
    }

    [Fact]
    public async Task Every_sample_is_read_also_when_a_piece_of_it_is_missing()
    {
        foreach (var row in SampleTests.Bad)
        {
            var (file, text) = ((string)row[1], (string)row[2]);
            for (var at = 0; at < text.Length; at += 7)
            {
                var result = await Audits.Of((file, text.Remove(at, Math.Min(5, text.Length - at))));
                Assert.DoesNotContain(result.Coverage.NotRead, each => each.Why is Skipped.ReaderFailed);
            }
        }
    }

    [Fact]
    public async Task A_file_on_which_the_reader_fails_is_named_and_costs_itself_only()
    {
        var result = await new Auditor(RulePack.BuiltIn).Run(
            [
                new AuditedFile("src/a.js", 10, () => throw new InvalidOperationException("A slip.")),
                new AuditedFile("src/b.js", 0, () => new MemoryStream()),
            ],
            CancellationToken.None);
        Assert.Equal(1, result.Coverage.Scanned);
        Assert.Contains(
            "- Not read: 1 file on which the reader of this audit failed, which is a fault of Koda: `src/a.js`.", result.Report());
    }

    [Fact]
    public async Task A_file_that_is_too_large_is_never_read()
    {
        var result = await new Auditor(RulePack.BuiltIn).Run(
            [new AuditedFile("src/a.js", 50_000_000, () => throw new InvalidOperationException("It was opened."))], CancellationToken.None);
        Assert.Contains("- Not read: 1 file larger than 1024 KB: `src/a.js`.", result.Report());
    }

    [Fact]
    public async Task A_file_that_takes_too_much_work_is_named()
    {
        // Each value is made of twenty others, and each of these again.
        var text = string.Concat(Enumerable.Repeat($"a = {string.Join(" + ", Enumerable.Repeat("a", 20))};\n", 3000)) + "eval(a);\n";
        var result = await Audits.Of(("src/a.js", text), ("src/fault.js", "export const run = body => eval(body);\n"));
        Assert.Single(result.Findings);
        Assert.Contains("- Not read: 1 file that take more work than one file is given: `src/a.js`.", result.Report());
    }
}
