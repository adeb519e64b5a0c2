using System.Text.Json.Nodes;
using Koda.Worker.Mcp;
using Koda.Worker.Tools;
using Xunit;

namespace Koda.Worker.Tests.Mcp;

/// <summary>What is wrong with one tool of a server costs that tool, neither its server nor the agent.</summary>
public sealed class StrangeToolsTests : IAsyncLifetime
{
    // Lists what it is told to, two a page, and gives the tool's name and arguments, or what it is told to, as a result.
    private const string Program =
        """
        import json, sys
        tools, results = json.loads(sys.argv[1])
        for line in sys.stdin:
            call = json.loads(line)
            if "id" not in call:
                continue
            if call["method"] == "initialize":
                result = {"protocolVersion": call["params"]["protocolVersion"], "capabilities": {"tools": {}}, "serverInfo": {"name": "strange", "version": "1"}}
            elif call["method"] == "tools/list":
                begin = int((call.get("params") or {}).get("cursor", "0"))
                result = {"tools": tools[begin:begin + 2]}
                if begin + 2 < len(tools):
                    result["nextCursor"] = str(begin + 2)
            elif call["method"] != "tools/call":
                print(json.dumps({"jsonrpc": "2.0", "id": call["id"], "error": {"code": -32601, "message": "unknown"}}), flush=True)
                continue
            else:
                result = results.get(call["params"]["name"], {"content": [{"type": "text", "text": json.dumps(call["params"])}]})
            print(json.dumps({"jsonrpc": "2.0", "id": call["id"], "result": result}), flush=True)
        """;

    private readonly McpFolder _folder = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _folder.DisposeAsync().AsTask();

    [Fact]
    public async Task A_bad_tool_is_left_out_and_named_and_the_others_are_there()
    {
        using var use = await Use("strange",
            """
            [{"name":"good","inputSchema":{"type":"object","properties":{"q":{"type":"string"}}}}, {"name":"text","inputSchema":{"type":"string"}}, {"name":"none"}, 17,
             {"name":"list","inputSchema":[1]}, {"inputSchema":{"type":"object"}}, {"name":"good","inputSchema":{"type":"object"}}, {"name":"choice","inputSchema":{"anyOf":[{"type":"object"}]}},
             {"name":"last","description":7,"inputSchema":{"type":"object"}}]
            """
        );
        Assert.Equal(
            ["mcp__strange__good", "mcp__strange__none", "mcp__strange__choice", "mcp__strange__last"],
            use.Tools.Select(tool => tool.Definition.Name));
        var heard = Assert.Single(_folder.Log.Lines, line => line.Contains("left out", StringComparison.Ordinal));
        Assert.Contains("text (", heard);
        Assert.Contains("list (", heard);
        Assert.Contains("good (it is named twice)", heard);
    }

    [Fact]
    public async Task Names_are_made_such_as_providers_take_them_and_found_again()
    {
        using var use = await Use("my.server",
            """
            [{"name":"admin.tools.list"},{"name":"user/profile"},{"name":"synchronize_all_customer_data_across_multiple_systems_right_now"},{"name":"admin/tools/list"},
             {"name":"admin_tools_list"},{"name":"größe"},{"name":"grüße"},{"name":"synchronize_all_customer_data_across_multiple_systems_right_then"}]
            """);
        var names = use.Tools.Select(tool => tool.Definition.Name).ToList();
        Assert.Equal(8, names.Distinct().Count());
        Assert.All(names, name => Assert.Matches("^[a-zA-Z0-9_-]{1,64}$", name));
        var toolbox = new Toolbox(use.Tools, ["mcp__*"]);
        var called = new List<string>();
        foreach (var name in names)
            called.Add(
                JsonNode.Parse((await _folder.Place.Run(toolbox.Find(name)!, """{"a":1}""")).Text)!["name"]!.GetValue<string>());
        Assert.Equal(
            [
                "admin.tools.list", "admin/tools/list", "admin_tools_list", "größe", "grüße",
                "synchronize_all_customer_data_across_multiple_systems_right_now",
                "synchronize_all_customer_data_across_multiple_systems_right_then", "user/profile",
            ],
            called.Order(StringComparer.Ordinal));
        // The one that needs no change keeps its name, whatever the order.
        Assert.Contains("mcp__my_server__admin_tools_list", names);
    }

    [Fact]
    public async Task All_parts_of_a_result_reach_the_model()
    {
        using var use = await Use(
            "parts",
            """[{"name":"all"},{"name":"bare"},{"name":"twice"},{"name":"broken"},{"name":"nothing"},{"name":"failed"}]""",
            """
            {"all":{"content":[{"type":"text","text":"hello"},{"type":"image","mimeType":"image/png","data":"AAAA"},{"type":"audio","mimeType":"audio/wav","data":"AAAAAA=="},
                {"type":"resource","resource":{"uri":"file:///a.txt","mimeType":"text/plain","text":"inside of it"}},{"type":"resource","resource":{"uri":"file:///b.bin","blob":"AAAA"}},
                {"type":"resource_link","uri":"file:///c.txt","name":"c","description":"The third."}],"structuredContent":{"n":1}},
             "bare":{"content":[],"structuredContent":{"rows":[{"id":1}]}},
             "twice":{"content":[{"type":"text","text":"{\"n\": 1}"}],"structuredContent":{"n":1}},
             "broken":{"content":[{"type":"text","text":"first"},{"type":"hologram","x":7},null,{"type":"text","text":5},"bare words"]},
             "nothing":{},
             "failed":{"content":{"type":"text","text":"it failed"},"isError":true}}
            """);
        var said = await Call(use, "all");
        foreach (
            var part in new[]
            {
                "hello",
                "image/png, 3 bytes, is left out",
                "audio/wav, 4 bytes, is left out",
                "file:///a.txt",
                "inside of it",
                "file:///b.bin, 3 bytes, is left out",
                "file:///c.txt",
                "The third.",
                """{"n":1}""",
            })
            Assert.Contains(part, said.Text);
        Assert.Equal("""{"rows":[{"id":1}]}""", (await Call(use, "bare")).Text);
        Assert.Equal("""{"n": 1}""", (await Call(use, "twice")).Text);
        Assert.Contains("hologram", (await Call(use, "broken")).Text);
        Assert.Contains("first", (await Call(use, "broken")).Text);
        Assert.Contains("bare words", (await Call(use, "broken")).Text);
        Assert.Equal("(nothing)", (await Call(use, "nothing")).Text);
        Assert.Equal(("it failed", true), ((await Call(use, "failed")).Text, (await Call(use, "failed")).IsError));
    }

    [Fact]
    public async Task Images_are_shown_by_what_their_bytes_say()
    {
        using var use = await Use("images", """[{"name":"all"},{"name":"many"}]""",
            """
            {"all":{"content":[{"type":"image","mimeType":"image/png","data":"iVBORw0KGgo="},{"type":"text","text":"between"},{"type":"image","mimeType":"image/png","data":"/9j/4A=="},
                {"type":"image","mimeType":"text/html","data":"data:image/gif;base64,R0lG\nODlh"},{"type":"image","data":"UklGRgAAAABXRUJQ"},
                {"type":"resource","resource":{"uri":"ui://shot","mimeType":"image/png","blob":"iVBORw0KGgo="}}]},
             "many":{"content":[IMAGES]}}
            """.Replace(
                "IMAGES",
                string.Join(',', Enumerable.Repeat("""{"type":"image","mimeType":"image/png","data":"iVBORw0KGgo="}""", 10)),
                StringComparison.Ordinal));
        var all = await Call(use, "all");
        Assert.Equal(["image/png", "image/jpeg", "image/gif", "image/webp", "image/png"], all.Images.Select(image => image.MimeType));
        Assert.StartsWith("(image 1 of the type image/png, 8 bytes)\nbetween\n(image 2 of the type image/jpeg, 4 bytes)", all.Text);
        Assert.Contains("ui://shot", all.Text);
        var many = await Call(use, "many");
        Assert.Equal(8, many.Images.Count);
        Assert.Equal(2, many.Text.Split("is left out").Length - 1);
    }

    [Fact]
    public async Task An_image_that_cannot_be_shown_costs_that_part_only()
    {
        var huge = Convert.ToBase64String([0xFF, 0xD8, 0xFF, .. new byte[4_000_000]]);
        using var use = await Use("bad", """[{"name":"all"},{"name":"after"}]""",
            """
            {"all":{"content":[{"type":"image","mimeType":"image/svg+xml","data":"PHN2Zz4="},{"type":"image","mimeType":"image/png","data":"not base 64!"},{"type":"image","mimeType":"image/png"},
                {"type":"image","mimeType":"image/png","data":{"x":1}},{"type":"image","mimeType":7,"data":"/9j/4A=="},{"type":"text","text":"the rest"}]}}
            """);
        var all = await Call(use, "all");
        Assert.Equal(4, all.Text.Split("is left out").Length - 1);
        Assert.Contains("image/svg+xml", all.Text);
        Assert.Contains("the rest", all.Text);
        Assert.Equal("image/jpeg", Assert.Single(all.Images).MimeType);
        Assert.Contains("after", (await Call(use, "after")).Text);

        var large = McpResult.Read(
            JsonNode.Parse(
                $$"""{"content":[{"type":"image","mimeType":"image/jpeg","data":"{{huge}}"},{"type":"text","text":"the rest"}]}"""
            ));
        Assert.Empty(large.Images);
        Assert.Contains("4000003 bytes, is left out", large.Text);
        Assert.Contains("the rest", large.Text);
    }

    [Theory]
    [InlineData(
        """{"anyOf":[{"type":"object","properties":{"a":{}},"required":["a"]},{"properties":{"b":{"type":"string"}},"required":["a","b"]}]}""",
        """{"type":"object","properties":{"a":{},"b":{"type":"string"}},"required":["a"]}"""
    )]
    [InlineData(
        """{"type":["object","null"],"properties":{"a":true,"b":false,"c":7},"required":["a","b",3]}""",
        """{"type":"object","properties":{"a":{},"c":{}},"required":["a"]}"""
    )]
    [InlineData(
        """{"$ref":"#/$defs/In","$defs":{"In":{"type":"object","properties":{"a":{"type":"integer"}}}}}""",
        """{"$defs":{"In":{"type":"object","properties":{"a":{"type":"integer"}}}},"type":"object","properties":{"a":{"type":"integer"}}}"""
    )]
    [InlineData("""{"type":"object","properties":[],"required":"all"}""", """{"type":"object","properties":{}}""")]
    [InlineData("null", """{"type":"object","properties":{}}""")]
    [InlineData("true", """{"type":"object","properties":{}}""")]
    [InlineData("false", null)]
    [InlineData("""{"type":"array"}""", null)]
    [InlineData("\"object\"", null)]
    public void A_schema_is_mended_where_it_can_be(string schema, string? mended) =>
        Assert.Equal(mended, McpSchema.Mended(JsonNode.Parse(schema))?.ToJsonString());

    [Fact]
    public async Task Tools_of_two_servers_never_have_one_name()
    {
        _folder.Name(new JsonObject { ["a.b"] = Server("""[{"name":"c"}]""", "{}"), ["a_b"] = Server("""[{"name":"c"}]""", "{}") });
        using var use = await _folder.Servers.Use(_folder.Workspace, CancellationToken.None);
        Assert.Equal(2, use.Tools.Select(tool => tool.Definition.Name).Distinct().Count());
    }

    private async Task<McpUse> Use(string name, string tools, string results = "{}")
    {
        _folder.Name(new JsonObject { [name] = Server(tools, results) });
        return await _folder.Servers.Use(_folder.Workspace, CancellationToken.None);
    }

    private Task<ToolResult> Call(McpUse use, string name) =>
        _folder.Place.Run(use.Tools.Single(tool => tool.Definition.Name.EndsWith($"__{name}", StringComparison.Ordinal)), "{}");

    private static JsonObject Server(string tools, string results) =>
        new() { ["command"] = "python3", ["args"] = new JsonArray("-c", Program, $"[{tools}, {results}]") };
}
