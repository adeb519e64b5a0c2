using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Koda.Worker.Providers.Offline;
using Xunit;

namespace Koda.Worker.Tests.Providers.Offline;

/// <summary>Audits of well-known packages, as the npm registry serves them.</summary>
public sealed class PackageAuditTests
{
    [Fact]
    public async Task Express_tells_what_software_it_is()
    {
        var report = await AuditAsync("express");
        Assert.Contains("(`x-powered-by`)", report);
        Assert.Contains("`lib/application.js:", report);
    }

    [Fact]
    public async Task Ejs_compiles_templates_to_code()
    {
        var report = await AuditAsync("ejs");
        Assert.Contains("(`js-eval`)", report);
        Assert.Contains("(`js-constant-function`)", report);
        Assert.Contains("`lib/cjs/ejs.js:", report);
        Assert.DoesNotContain("ejs.min.js:", report);
    }

    [Fact]
    public async Task Axios_writes_cookies_from_scripts()
    {
        var report = await AuditAsync("axios");
        Assert.Contains("(`cookie-written-by-script`)", report);
        Assert.Contains("`lib/helpers/cookies.js:", report);
        Assert.DoesNotContain("`dist/", report);
    }

    private static async Task<string> AuditAsync(string package, [CallerFilePath] string here = "")
    {
        var folder = Path.Combine(Path.GetDirectoryName(here)!, "../../node/node_modules", package);
        Assert.True(Directory.Exists(folder), $"{package} is not installed: run 'npm ci' in tests/Worker.Tests/node.");
        using var tools = WorkspaceTools.OfFolder(folder);
        var report = await tools.RunAsync(OfflineProvider.Create(new JsonObject { ["rules"] = "security" }), "Audit this package.");
        Assert.InRange(tools.Calls.Count, 5, 25);
        Assert.Contains(OfflineProvider.Note, report);
        return report;
    }
}
