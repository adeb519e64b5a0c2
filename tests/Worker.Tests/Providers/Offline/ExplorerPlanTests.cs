using Koda.Worker.Providers.Offline;
using Xunit;

namespace Koda.Worker.Tests.Providers.Offline;

public sealed class ExplorerPlanTests
{
    [Fact]
    public async Task The_files_that_hold_the_words_are_named_and_shown()
    {
        using var tools = WorkspaceTools.Of(
            ("src/lease.cs", "class Lease\n{\n    void Renew() { }\n}\n"),
            ("src/other.cs", "class Other\n"),
            ("notes.md", "How leases are renewed: see Lease.Renew.\n"));
        var report = await tools.Run(OfflineProvider.Create(options: null), "Where does the lease renew?");
        Assert.Contains("`src/lease.cs`: lines 1, 3", report);
        Assert.Contains("3\t    void Renew() { }", report);
        Assert.DoesNotContain("other.cs`", report);
        Assert.Contains(OfflineProvider.Note, report);
        Assert.Equal(["list", "grep", "read", "read"], tools.Calls.Select(call => call.Tool));
    }

    [Fact]
    public async Task Finding_nothing_is_said()
    {
        using var tools = WorkspaceTools.Of(("a.txt", "nothing here\n"));
        Assert.Contains(
            "No file of the workspace holds any of it",
            await tools.Run(OfflineProvider.Create(options: null), "Explain the quantum flux"));
    }

    [Fact]
    public async Task Without_tools_it_says_what_it_needs()
    {
        var answer = await OfflineProvider.Create(options: null).Collect(Answers.Ask("anything at all") with { Tools = [] });
        Assert.Contains("none of these tools", answer.Finished.Message.Text);
    }
}
