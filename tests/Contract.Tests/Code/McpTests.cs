using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Koda.Contract.Tests.Journeys;
using Koda.Server.Engine.Readiness;
using Koda.Testing;
using Koda.Testing.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Koda.Contract.Tests.Code;

/// <summary>The servers of tools of a real worker, a server that is not ours among them.</summary>
public sealed class McpTests(WorkingKodaFixture koda) : IClassFixture<WorkingKodaFixture>
{
    private KodaHost Host => koda.Host;

    [Fact]
    public async Task A_refresh_starts_what_is_new_and_the_configuration_counts_its_tools()
    {
        await Eventually.IsTrue(
            () => Task.FromResult(Host.Services.GetRequiredService<IDispatcherState>().ConnectedWorkers > 0), "the worker is connected");
        Name([]);
        Assert.Equal("""{"tools":0}""", (await Host.Rest.Post("/mcp/refresh")).Text);
        var before = (await Host.Rest.Get("/config")).Json["tool_count"]!.GetValue<int>();
        Name(new JsonObject
        {
            ["everything"] = new JsonObject { ["command"] = "node", ["args"] = new JsonArray(Everything(), "stdio") },
            ["broken"] = new JsonObject { ["command"] = "/no/such/program" },
            ["off"] = new JsonObject { ["command"] = "/no/such/program", ["disabled"] = true },
        });

        var refreshed = await Host.Rest.Post("/mcp/refresh");

        var tools = refreshed.Json["tools"]!.GetValue<int>();
        Assert.Equal(200, refreshed.Status);
        Assert.True(tools > 5, refreshed.Text);
        Assert.Equal($$"""{"tools":{{tools}}}""", refreshed.Text);
        var config = (await Host.Rest.Get("/config")).Json;
        Assert.Equal(before + tools, config["tool_count"]!.GetValue<int>());
        Assert.Equal(
            ["broken True False", "everything True True", "off False False"],
            config["mcp_servers"]!.AsArray().Select(server => $"{server!.At("name")} {server!["enabled"]!.GetValue<bool>()} {server["active"]!.GetValue<bool>()}"));
    }

    [Fact]
    public async Task An_agent_calls_a_tool_of_a_server_once_a_person_allows_it()
    {
        await using var model = await ScriptedModel.StartAsync(
            ModelTurn.Call("call_1", "mcp__everything__echo", """{"message":"hello"}"""), ModelTurn.Say("Said."),
            ModelTurn.Call("call_2", "mcp__everything__echo", """{"message":"again"}"""), ModelTurn.Say("Said again."));
        Name(new JsonObject { ["everything"] = new JsonObject { ["command"] = "node", ["args"] = new JsonArray(Everything(), "stdio") } });
        await Host.Define("caller", model, tools: """["mcp__everything__echo"]""", permissions: "[]");
        var session = await Host.NewSession("caller");

        await Host.Begin(session, "Say hello.");
        var asked = await Host.Reach(session, "user_question");
        await Host.Answer(session, asked.Data.At("question_id"), "always");
        var first = await Host.Whole(session);
        await Host.Begin(session, "Once more.");
        var second = await Host.Whole(session);

        Assert.Equal("mcp__everything__echo", asked.Data.At("tool"));
        Assert.Equal("Echo: hello", first.Single(item => item.Name == "tool_end").Data.At("output"));
        Assert.Equal("Echo: again", second.Single(item => item.Name == "tool_end").Data.At("output"));
        Assert.DoesNotContain(second, item => item.Name == "user_question");
    }

    private void Name(JsonObject servers) =>
        File.WriteAllText(Path.Combine(Host.WorkerDirectory, "mcp.json"), new JsonObject { ["mcpServers"] = servers }.ToJsonString());

    private static string Everything([CallerFilePath] string here = "") => Path.GetFullPath(
        Path.Combine(Path.GetDirectoryName(here)!, "../../Worker.Tests/node/node_modules/@modelcontextprotocol/server-everything/dist/index.js"));
}
