using System.Text;
using Koda.Worker.Audit;
using Koda.Worker.Audit.Rules;
using Xunit;

namespace Koda.Worker.Tests.Audit;

public sealed class AuditorTests
{
    private const string Fault = "export const run = body => eval(body);\n";

    [Fact]
    public async Task A_finding_has_a_place_a_severity_a_weakness_and_a_fingerprint()
    {
        var finding = Assert.Single((await Audits.Of(("src/a.js", "\n  module.exports = s => eval(s);\n"))).Findings);
        Assert.Equal(
            ("code-injection", Severity.P1, "src/a.js", 2, 25, 95),
            (finding.Rule.Id, finding.Severity, finding.Path, finding.Line, finding.Column, finding.Rule.Cwe));
        Assert.Equal("module.exports = s => eval(s);", finding.Text);
        Assert.Matches("^[0-9a-f]{16}$", finding.Fingerprint);
    }

    [Fact]
    public async Task A_fingerprint_stays_when_lines_move_and_white_space_or_comments_change()
    {
        var before = Assert.Single((await Audits.Of(("src/a.js", Fault))).Findings);
        var after = Assert.Single(
            (
                await Audits.Of(
                    ("src/a.js", "// new\n\nlet other = 1;\n  export const run = body =>\n    eval( /* text */\n body );\n")
                )).Findings);
        Assert.NotEqual(before.Line, after.Line);
        Assert.Equal(before.Fingerprint, after.Fingerprint);
    }

    [Fact]
    public async Task Fingerprints_tell_code_files_and_repetitions_apart()
    {
        var result = await Audits.Of(
            ("src/a.js", Fault + "export const again = body => eval(body);\n"),
            ("src/b.js", Fault),
            ("src/c.js", "export const run = text => eval(text);\n"));
        Assert.Equal(4, result.Findings.Select(finding => finding.Fingerprint).Distinct().Count());
    }

    [Fact]
    public async Task What_a_caller_sends_makes_it_worse()
    {
        var result = await Audits.Of(("src/a.js", "app.get('/', (req, res) => eval(req.query.f));\n"), ("src/b.js", Fault));
        Assert.Equal(
            [("src/a.js", Severity.P0), ("src/b.js", Severity.P1)], result.Findings.Select(finding => (finding.Path, finding.Severity)));
    }

    [Theory]
    [InlineData("test/a.js")]
    [InlineData("src/a.test.js")]
    [InlineData("test_vfs/a.js")]
    [InlineData("src/tests.js")]
    [InlineData("built/a.js")]
    [InlineData("static/app/libs/a.js")]
    [InlineData("docs/a.js")]
    [InlineData("a.min.js")]
    [InlineData("vendor/a.js")]
    [InlineData("README.md")]
    public async Task Tests_documents_and_what_tools_made_are_left_alone(string path) =>
        Assert.Empty((await Audits.Of((path, Fault), ("src/other.js", "let a = 1;\n"))).Findings);

    [Fact]
    public async Task A_package_of_built_files_only_is_looked_at() =>
        Assert.Equal(
            "dist/a.js",
            Assert
                .Single(
                    (
                        await Audits.Of(("dist/a.js", "app.get('/', (req, res) => eval(req.query.f));\n"), ("package.json", "{}\n"))
                    ).Findings)
                .Path);

    [Fact]
    public async Task Credentials_are_found_everywhere_and_never_shown()
    {
        const string key = "AKIA" + "Q3EGSNBX7W2LK5PD";
        var result = await Audits.Of(
            ("config/prod.yml", $"key: {key}\n"),
            ("test/fixture.yml", $"key: {key}\n"),
            ("src/a.py", $"# {key}\nPASSWORD = 'Tr0ub4dor&3'\n"));
        Assert.Equal(
            [("config/prod.yml", Severity.P0), ("src/a.py", Severity.P0), ("src/a.py", Severity.P1), ("test/fixture.yml", Severity.P2)],
            result.Findings.OrderBy(finding => finding.Path).Select(finding => (finding.Path, finding.Severity)));
        Assert.DoesNotContain(key, result.Report());
        Assert.DoesNotContain("Tr0ub4dor", result.Report());
    }

    [Fact]
    public async Task Every_file_is_counted_once()
    {
        var result = await Audits.Of(
        [
            ("src/a.js", Encoding.UTF8.GetBytes(Fault)),
            ("src/b.py", Encoding.UTF8.GetBytes("a = 1\n")),
            ("test/c.js", Encoding.UTF8.GetBytes(Fault)),
            ("build.config.js", Encoding.UTF8.GetBytes(Fault)),
            ("picture.png", [0x89, 0x50, 0x4e, 0x47, 0, 0xff]),
            ("src/large.js", new byte[Auditor.MaxBytes + 1]),
            ("yarn.lock", Encoding.UTF8.GetBytes("a\n")),
        ]);
        var coverage = result.Coverage;
        Assert.Equal((7, 2, 1, 1), (coverage.Files, coverage.Scanned, coverage.CredentialsOnly, coverage.Tooling));
        Assert.Equal(
            [(Skipped.Made, 1), (Skipped.NotText, 1), (Skipped.TooLarge, 1)], coverage.NotRead.Select(each => (each.Why, each.Count)));
        Assert.Equal(
            coverage.Files, coverage.Scanned + coverage.CredentialsOnly + coverage.Tooling + coverage.NotRead.Sum(each => each.Count));
    }

    [Fact]
    public async Task What_cannot_be_opened_or_may_not_be_read_costs_itself_only()
    {
        var auditor = new Auditor(RulePack.BuiltIn);
        var result = await auditor.Run(
            [
                new AuditedFile("src/gone.js", 10, () => throw new FileNotFoundException()),
                new AuditedFile("src/private.js", 10, null),
                new AuditedFile("src/a.js", Fault.Length, () => new MemoryStream(Encoding.UTF8.GetBytes(Fault))),
            ],
            CancellationToken.None);
        Assert.Single(result.Findings);
        Assert.Equal([Skipped.Private, Skipped.Unreadable], result.Coverage.NotRead.Select(each => each.Why));
    }

    [Fact]
    public async Task A_rule_that_finds_too_much_of_the_same_says_how_much_it_left_out()
    {
        var result = await Audits.Of(("src/a.js", string.Concat(Enumerable.Repeat("eval(x);\n", 50))));
        Assert.Equal((40, 10), (result.Findings.Count, result.Coverage.Repeated));
        Assert.Contains("- Left out: 10 further findings", result.Report());
    }

    [Fact]
    public async Task What_is_missing_is_found_once_and_not_where_it_is_anywhere()
    {
        var first = ("src/a.js", "const app = express();\n");
        var second = ("src/b.js", "const app = express();\n");
        Assert.Equal("src/a.js", Assert.Single((await Audits.Of(first, second)).Findings).Path);
        Assert.Empty((await Audits.Of(first, second, ("src/c.js", "app.use(helmet());\n"))).Findings);
    }
}
