using System.Text.Json.Nodes;
using Koda.Worker.Providers.Offline;
using Xunit;

namespace Koda.Worker.Tests.Providers.Offline;

public sealed class SecurityPlanTests
{
    private const string Server =
        """
        const app = express();
        app.get('/run', (req, res) => {
          const body = req.query.code;
          res.send(eval(body));
        });
        """;

    [Fact]
    public async Task Findings_have_a_place_a_severity_a_rule_and_advice()
    {
        using var tools = WorkspaceTools.Of(("src/server.js", Server), ("src/math.js", "module.exports = text => eval(text);\n"));
        var report = await AuditAsync(tools, "Audit this service.");
        Assert.Contains("### P1 Text is compiled to code at run time (`js-eval`)\n\n- `src/server.js:4`: `res.send(eval(body));` (what a caller sends is used near it)", report);
        Assert.Contains("### P2 Text is compiled to code at run time (`js-eval`)\n\n- `src/math.js:1`", report);
        Assert.Contains("Advice: Never compile text", report);
        Assert.Contains("**3 findings** (P0: 0, P1: 1, P2: 2, P3: 0)", report);
        Assert.Contains("Scanned by all rules: 2 files of 2", report);
        Assert.Contains(OfflineProvider.Note, report);
    }

    [Fact]
    public async Task What_the_query_names_comes_first()
    {
        using var tools = WorkspaceTools.Of(
            ("auth/login.js", "app.use(helmet({ contentSecurityPolicy: false }));\n"), ("shop/cart.js", "box.innerHTML = comment;\n"));
        var report = await AuditAsync(tools, "Audit the auth service for CSP violations.");
        var asked = report.IndexOf("## Asked for: csp in *auth*", StringComparison.Ordinal);
        var other = report.IndexOf("## Other findings", StringComparison.Ordinal);
        Assert.InRange(report.IndexOf("`auth/login.js:1`", StringComparison.Ordinal), asked, other);
        Assert.True(report.IndexOf("`shop/cart.js:1`", StringComparison.Ordinal) > other);
    }

    [Fact]
    public async Task Secrets_are_found_everywhere_and_never_shown()
    {
        const string key = "AKIA" + "Q3EGSNBX7W2LK5PD";
        using var tools = WorkspaceTools.Of(("config/prod.yml", $"key: {key}\n"), ("test/fixture.yml", $"key: {key}\n"));
        var report = await AuditAsync(tools, "Are there secrets?");
        Assert.Contains("### P0 An AWS access key stands in the file", report);
        Assert.Contains("### P2 An AWS access key stands in the file", report);
        Assert.Contains("`config/prod.yml:1`: `key: AKIA…(20 characters redacted)`", report);
        Assert.DoesNotContain(key, report);
    }

    [Fact]
    public async Task Comments_tests_documents_and_what_tools_made_are_left_alone()
    {
        const string bad = "box.innerHTML = comment;\n";
        using var tools = WorkspaceTools.Of(
            ("a.js", "/*\n   box.innerHTML = comment;\n*/\n// box.innerHTML = comment;\n"), ("test/a.js", bad), ("docs/a.md", bad), ("a.min.js", bad), ("dist/a.js", bad));
        Assert.Contains("**0 findings**", await AuditAsync(tools, "Audit this."));
    }

    [Fact]
    public async Task A_package_of_built_files_only_is_looked_at()
    {
        using var tools = WorkspaceTools.Of(("dist/a.js", "box.innerHTML = comment;\n"), ("package.json", "{}\n"));
        Assert.Contains("`dist/a.js:1`", await AuditAsync(tools, "Audit this."));
    }

    [Fact]
    public async Task What_was_not_seen_is_said()
    {
        using var tools = WorkspaceTools.Of(Enumerable.Range(1, 500).Select(number => ($"src/{number:000}.js", "box.innerHTML = comment;\n")));
        Assert.Contains("Not seen: the search for injection found more than one answer holds", await AuditAsync(tools, "Audit this."));
    }

    [Fact]
    public async Task Without_grep_it_says_what_it_needs()
    {
        var provider = OfflineProvider.Create(new JsonObject { ["rules"] = "security" });
        var answer = await provider.CollectAsync(Answers.Ask("Audit this.") with { Tools = [Answers.ReadTool] });
        Assert.Contains("need the tool grep", answer.Finished.Message.Text);
    }

    private static Task<string> AuditAsync(WorkspaceTools tools, string query) =>
        tools.RunAsync(OfflineProvider.Create(new JsonObject { ["rules"] = "security" }), query);
}
