using System.Text.Json.Nodes;
using Koda.Worker.Providers.Offline;
using Xunit;

namespace Koda.Worker.Tests.Providers.Offline;

public sealed class AuditPlanTests
{
    [Fact]
    public async Task It_calls_the_audit_once_and_gives_its_report()
    {
        using var tools = WorkspaceTools.Of(("src/server.js", "module.exports = text => eval(text);\n"));
        var report = await Audit(tools, "Audit this service.");
        Assert.Equal("audit", Assert.Single(tools.Calls).Tool);
        Assert.Contains("`src/server.js:1:26`", report);
        Assert.Contains(OfflineProvider.Note, report);
    }

    [Fact]
    public async Task What_the_query_names_comes_first()
    {
        using var tools = WorkspaceTools.Of(
            ("auth/login.js", "app.use(helmet({ contentSecurityPolicy: false }));\n"), ("shop/cart.js", "box.innerHTML = comment;\n"));
        Assert.Contains("## Asked for: csp in *auth*", await Audit(tools, "Audit the auth service for CSP violations."));
    }

    [Fact]
    public async Task Without_the_tool_it_says_what_it_needs()
    {
        var provider = OfflineProvider.Create(new JsonObject { ["rules"] = "security" });
        var answer = await provider.Collect(Answers.Ask("Audit this.") with { Tools = [Answers.ReadTool] });
        Assert.Contains("need the tool audit", answer.Finished.Message.Text);
    }

    private static Task<string> Audit(WorkspaceTools tools, string query) =>
        tools.Run(OfflineProvider.Create(new JsonObject { ["rules"] = "security" }), query);
}
