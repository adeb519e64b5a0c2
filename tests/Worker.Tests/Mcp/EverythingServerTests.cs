using System.Text.Json.Nodes;
using Koda.Testing;
using Koda.Worker.Tools;
using Xunit;

namespace Koda.Worker.Tests.Mcp;

/// <summary>The client against a server that is not ours, over both transports.</summary>
public sealed class EverythingServerTests
{
    private const string Echo = """{"message": "hello"}""";

    [Fact]
    public async Task A_program_that_is_not_ours_gives_its_tools()
    {
        await using var folder = new McpFolder();
        folder.Name(new JsonObject
        {
            ["all"] = new JsonObject { ["command"] = "node", ["args"] = new JsonArray(EverythingServer.Program(), "stdio") },
        });

        using var use = await folder.Servers.Use(folder.Workspace, CancellationToken.None);

        Assert.Equal("Echo: hello", (await folder.Place.Run(Tool(use.Tools, "echo"), Echo)).Text);
        Assert.Equal("image/png", Assert.Single((await folder.Place.Run(Tool(use.Tools, "get-tiny-image"), "{}")).Images).MimeType);
        Assert.Contains(
            "5",
            (await folder.Place.Run(Tool(use.Tools, "get-sum"), """{"a": 2, "b": 3}""")).Text,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_is_not_ours_gives_its_tools_and_is_reached_again_after_a_restart()
    {
        var port = FreePort.Next();
        await using var folder = new McpFolder();
        folder.Name(new JsonObject { ["all"] = new JsonObject { ["url"] = $"http://127.0.0.1:{port}/mcp" } });
        var server = await EverythingServer.Start(port);
        using var use = await folder.Servers.Use(folder.Workspace, CancellationToken.None);
        var echo = Tool(use.Tools, "echo");
        var before = (await folder.Place.Run(echo, Echo)).Text;

        server.Dispose();
        await Assert.ThrowsAsync<ToolException>(() => folder.Place.Run(echo, Echo));
        server = await EverythingServer.Start(port);
        using (server)
        {
            Assert.Equal("Echo: hello", before);
            Assert.Equal("Echo: hello", (await folder.Place.Run(echo, Echo)).Text);
            Assert.True(Assert.Single(folder.Servers.Report().Servers).Active);
        }
    }

    private static ITool Tool(IReadOnlyList<ITool> tools, string name) => tools.Single(tool => tool.Definition.Name == $"mcp__all__{name}");
}
