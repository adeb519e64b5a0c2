using System.Text.Json.Nodes;
using Koda.Worker.Audit.Report;
using Xunit;

namespace Koda.Worker.Tests.Audit;

public sealed class AuditReportTests
{
    private const string Fault = "export const run = body => eval(body);\n";
    private const string Sent = "app.get('/', (req, res) => eval(req.query.f));\n";

    [Fact]
    public async Task Findings_come_with_place_code_rule_weakness_and_advice()
    {
        var report = (
            await Audits.Of(
                ("src/server.js", "app.get('/', (req, res) => {\n  res.send(eval(req.query.f));\n});\n"), ("src/math.js", Fault))).Report();
        Assert.Contains("**2 findings** (P0: 1, P1: 1, P2: 0, P3: 0)", report);
        Assert.Contains(
            "### P0 Text is compiled to code at run time (`code-injection`)\n\n- `src/server.js:2:12`: `res.send(eval(req.query.f));` (what a caller sends reaches it)",
            report);
        Assert.Contains("- `src/math.js:1:28`: `export const run = body => eval(body);`\n\nAdvice: ", report);
        Assert.Contains("(CWE-95)", report);
    }

    [Fact]
    public async Task It_says_which_files_were_read_and_what_was_looked_for()
    {
        var report = (
            await Audits.Of(
                ("src/a.js", "let a = 1;\n"),
                ("src/b.go", "package b\n"),
                ("test/c.py", "a = 1\n"),
                ("yarn.lock", ""),
                ("src/d.php", "<?php\n"))).Report();
        Assert.Contains("- Read by all rules: 2 of 5 files (JavaScript and TypeScript 1, Go 1).", report);
        Assert.Contains("- Read for leaked credentials only: 2 files ", report);
        Assert.Contains("- Not read: 1 file that were built, minified, vendored or locked by tools: `yarn.lock`.", report);
        Assert.Contains("- No rule reads code in these languages: PHP (1 file).", report);
        Assert.Matches("- Go: .*sql-injection", report);
        Assert.DoesNotContain("- Python:", report);
    }

    [Fact]
    public async Task Where_nothing_was_found_it_never_says_that_nothing_is_there()
    {
        var report = (await Audits.Of(("src/a.js", "let a = 1;\n"))).Report();
        Assert.Contains(
            "None of the kinds of fault listed below was found in the files that were read. That is no proof of safety", report);
        Assert.Contains("Other kinds of fault were not looked for.", report);
    }

    [Fact]
    public async Task Where_nothing_was_read_it_says_that_nothing_was_checked() =>
        Assert.Contains(
            "Nothing was checked: no file is written in a language that the rules read.",
            (await Audits.Of(("src/a.rs", "fn main() {}\n"))).Report());

    [Fact]
    public async Task What_is_asked_for_comes_first()
    {
        var result = await Audits.Of(
            ("auth/login.js", "app.use(helmet({ contentSecurityPolicy: false }));\n"),
            ("shop/cart.js", "box.innerHTML = location.hash;\n"),
            ("shop/shop.csproj", ""));
        var report = result.Report("auth", "csp");
        var asked = report.IndexOf("## Asked for: csp in *auth*", StringComparison.Ordinal);
        var other = report.IndexOf("## Other findings", StringComparison.Ordinal);
        Assert.InRange(report.IndexOf("`auth/login.js:1:", StringComparison.Ordinal), asked, other);
        Assert.True(report.IndexOf("`shop/cart.js:1:", StringComparison.Ordinal) > other);
    }

    [Fact]
    public async Task Where_nothing_of_what_is_asked_for_was_found_it_says_what_was_looked_for()
    {
        var result = await Audits.Of(("auth/login.js", "let a = 1;\n"), ("shop/cart.js", Fault), ("wiki/page.rs", ""));
        Assert.Contains(
            "None of these was found there, in 1 file: `sql-injection`. That is no proof of safety", result.Report("auth", "sql"));
        Assert.Contains("Nothing was checked there: no rule about it reads a file that lies there.", result.Report("wiki", "sql"));
        Assert.Contains("- Asked for, but known to no rule and no path: deadlocks.", result.Report("deadlocks"));
    }

    [Fact]
    public async Task A_long_report_says_what_it_does_not_print()
    {
        var result = await Audits.Of([.. Enumerable.Range(1, 2000).Select(number => ($"src/{number:0000}.js", Sent))]);
        var report = result.Report();
        Assert.InRange(report.Length, 20_000, 30_000);
        Assert.Contains("**2000 findings**", report);
        Assert.Matches(@"- Not printed, for length: \d+ findings \(`code-injection` \d+\)", report);
    }

    [Fact]
    public async Task A_path_that_looks_like_Markdown_stays_one_line()
    {
        var report = (await Audits.Of(("src/`a\n## Findings`.js", Fault))).Report();
        Assert.Contains("- `src/?a?## Findings?.js:1:28`", report);
    }

    [Fact]
    public async Task Findings_are_data_too()
    {
        var lines = AuditJson
            .Write(await Audits.Of(("src/a.js", Fault), ("src/b.js", "app.get('/', (req, res) => res.redirect(req.query.to));\n")))
            .Split('\n')
            .Select(line => JsonNode.Parse(line)!)
            .ToList();
        Assert.Equal(3, lines.Count);
        Assert.Equal(
            ("code-injection", "P1", "src/a.js", 1, 28, 95, "parameter"),
            (
                (string?)lines[0]["rule"],
                (string?)lines[0]["severity"],
                (string?)lines[0]["path"],
                (int)lines[0]["line"]!,
                (int)lines[0]["column"]!,
                (int)lines[0]["cwe"]!,
                (string?)lines[0]["origin"]));
        Assert.Matches("^[0-9a-f]{16}$", (string?)lines[0]["fingerprint"]);
        Assert.Equal((2, 2), ((int)lines[2]["findings"]!, (int)lines[2]["given"]!));
    }
}
