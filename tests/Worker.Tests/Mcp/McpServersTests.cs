using System.Text.Json.Nodes;
using Koda.Worker.Mcp;
using Koda.Worker.Tests.Tools;
using Koda.Worker.Tools;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Koda.Worker.Tests.Mcp;

public sealed class McpServersTests : IAsyncLifetime
{
    // A server over standard input and output, as small as the protocol allows.
    private const string Server =
        """
        import json, os, sys
        for line in sys.stdin:
            call = json.loads(line)
            if "id" not in call:
                continue
            if call["method"] == "initialize":
                result = {"protocolVersion": call["params"]["protocolVersion"], "capabilities": {"tools": {}}, "serverInfo": {"name": "test", "version": "1"}}
            elif call["method"] == "tools/list":
                schema = {"type": "object", "properties": {"text": {"type": "string"}}}
                result = {"tools": [{"name": "say", "description": "Says it.", "inputSchema": schema}]}
            elif call["method"] == "tools/call":
                said = call["params"]["arguments"].get("text", "")
                text = ",".join(sorted(os.environ)) if said == "environment" else f"{said} in {os.getcwd()}"
                result = {"content": [{"type": "text", "text": text}], "isError": said == "fail"}
            else:
                print(json.dumps({"jsonrpc": "2.0", "id": call["id"], "error": {"code": -32601, "message": "unknown"}}), flush=True)
                continue
            print(json.dumps({"jsonrpc": "2.0", "id": call["id"], "result": result}), flush=True)
        """;

    private readonly TempWorkspace _folder = new();
    private readonly HttpClient _web = new();
    private readonly McpServers _servers;
    private readonly string _file;

    public McpServersTests()
    {
        _servers = new McpServers(_web, NullLogger.Instance);
        var script = Path.Combine(_folder.Outside, "server.py");
        File.WriteAllText(script, Server);
        _file = Path.Combine(_folder.Outside, "mcp.json");
        var servers = new JsonObject
        {
            ["my server"] = new JsonObject { ["command"] = "python3", ["args"] = new JsonArray(script), ["env"] = new JsonObject { ["GIVEN"] = "1" } },
            ["broken"] = new JsonObject { ["command"] = "/no/such/program" },
            ["off"] = new JsonObject { ["command"] = "/no/such/program", ["disabled"] = true },
        };
        File.WriteAllText(_file, new JsonObject { ["mcpServers"] = servers }.ToJsonString());
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _servers.DisposeAsync();
        _web.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_tools_of_a_server_are_the_agents_under_its_name_and_a_broken_server_is_left_out()
    {
        var tools = await _servers.StartAsync([_file, null], _folder.Context.Workspace, CancellationToken.None);

        var tool = Assert.Single(tools);
        Assert.Equal("mcp__my_server__say", tool.Definition.Name);
        Assert.False(tool.Definition.ReadOnly);
        Assert.Equal($"hello in {_folder.Root}", (await _folder.RunAsync(tool, """{"text": "hello"}""")).Text);
        Assert.True((await _folder.RunAsync(tool, """{"text": "fail"}""")).IsError);
        Assert.NotNull(new Toolbox(tools, ["mcp__*"]).Find("mcp__my_server__say"));
        Assert.Empty(new Toolbox(tools, ["mcp__other__*"]).Definitions);
    }

    [Fact]
    public async Task A_server_gets_a_clean_environment_and_what_it_was_given()
    {
        Environment.SetEnvironmentVariable("KODA_TEST_MCP_SECRET", "sk-1");
        var tool = Assert.Single(await _servers.StartAsync([_file], _folder.Context.Workspace, CancellationToken.None));

        var names = (await _folder.RunAsync(tool, """{"text": "environment"}""")).Text.Split(',');

        Assert.Contains("GIVEN", names);
        Assert.DoesNotContain("KODA_TEST_MCP_SECRET", names);
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_names_no_server()
    {
        File.WriteAllText(_file, "{not json");
        Assert.Empty(await _servers.StartAsync([_file], _folder.Context.Workspace, CancellationToken.None));
    }
}
