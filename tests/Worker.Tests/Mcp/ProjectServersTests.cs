using System.Text.Json.Nodes;
using Xunit;

namespace Koda.Worker.Tests.Mcp;

public sealed class ProjectServersTests
{
    [Fact]
    public async Task The_servers_of_a_project_are_started_when_it_is_trusted_only()
    {
        await using var careful = new McpFolder();
        await using var trusting = new McpFolder(trustProjects: true);
        foreach (var folder in new[] { careful, trusting })
        {
            folder.Name(new JsonObject { ["one"] = folder.Running() });
            folder.Name(
                new JsonObject { ["one"] = folder.Running(("env", new JsonObject { ["OTHER"] = "1" })), ["two"] = folder.Running() },
                isProject: true);
        }

        using var own = await careful.Servers.Use(careful.Workspace, CancellationToken.None);
        using var all = await trusting.Servers.Use(trusting.Workspace, CancellationToken.None);

        Assert.Equal(["mcp__one__say"], own.Tools.Select(tool => tool.Definition.Name));
        Assert.Equal(["mcp__one__say", "mcp__two__say"], all.Tools.Select(tool => tool.Definition.Name));
        // The worker's own comes before the project's of the same name, and works in the worker's folder.
        Assert.Equal($"hello in {trusting.Data}", await trusting.Say(all.Tools[0], "hello"));
        Assert.Equal($"hello in {trusting.Place.Root}", await trusting.Say(all.Tools[1], "hello"));
        Assert.Equal("one", Assert.Single(trusting.Servers.Report().Servers).Name);
    }
}
