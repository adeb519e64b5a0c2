using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Koda.Contract.Tests.Journeys;
using Koda.Contract.Tests.Runtime;
using Koda.Server.Engine.Dispatch;
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
            config["mcp_servers"]!
                .AsArray()
                .Select(server => $"{server!.At("name")} {server!["enabled"]!.GetValue<bool>()} {server["active"]!.GetValue<bool>()}"));
    }

    [Fact]
    public async Task An_agent_calls_a_tool_of_a_server_once_a_person_allows_it()
    {
        await using var model = await ScriptedModel.Start(
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

    [Fact]
    public async Task An_image_of_a_tool_is_shown_to_the_model_and_after_a_branch_to_that_of_another_wire()
    {
        await using var model = await ScriptedModel.Start(TinyImage, ModelTurn.Say("Seen."), ModelTurn.Say("Still seen."));
        await DefineLooker(model, "openai");
        var session = await Host.NewSession("looker");
        await Host.Begin(session, "Look.");
        await Host.Whole(session);

        var behind = Last(model)["messages"]!.AsArray()[^1]!;
        Assert.Equal("user", behind.At("role"));
        Assert.StartsWith("data:image/png;base64,iVBOR", behind["content"]![1]!.At("image_url", "url"));

        await DefineLooker(model, "anthropic");
        var branch = await Host.Rest.Post(
            $"/sessions/{session}/branch",
            $$"""{"message_id":"{{(await Host.Messages(session))[^1].At("id")}}"}"""
        );
        await Host.Begin(branch["id"], "And now?");
        await Host.Whole(branch["id"]);

        var result = Last(model)["messages"]!
            .AsArray()
            .SelectMany(message => message!["content"]!.AsArray())
            .Single(block => block!.At("type") == "tool_result")!;
        Assert.Equal("image/png", result["content"]!.AsArray().Single(block => block!.At("type") == "image")!.At("source", "media_type"));
    }

    [Fact]
    public async Task An_image_of_a_tool_is_shown_in_tasks_and_their_log_holds_its_digest()
    {
        await using var model = await ScriptedModel.Start(TinyImage, ModelTurn.Say("Seen."));
        await DefineLooker(model, "anthropic");
        var finished = "";
        var task = await Host.SubmitIn(Host.Workspace, "looker", "Look.");
        var ended = await Host.Follow(task, item =>
        {
            finished = item.Kind == "tool.finished" ? item.Payload : finished;
            return Task.CompletedTask;
        });

        Assert.Equal("Seen.", ended.At("output"));
        Assert.Contains("\"media_type\":\"image/png\"", Last(model).ToJsonString(), StringComparison.Ordinal);
        Assert.Matches("^[0-9a-f]{64}$", JsonNode.Parse(finished)!["images"]![0]!.At("digest"));
        Assert.DoesNotContain("iVBOR", finished, StringComparison.Ordinal);
        Assert.Contains("\"images\":[{", (await Host.Rest.Get($"{TaskCalls.Tasks}/{task}/trace")).Text, StringComparison.Ordinal);
    }

    private static ModelTurn TinyImage => ModelTurn.Call("call_1", "mcp__everything__get-tiny-image", "{}");

    private static JsonObject Last(ScriptedModel model) =>
        model.Requests.Last(request => request.ToJsonString().Contains("get-tiny-image", StringComparison.Ordinal));

    private async Task DefineLooker(ScriptedModel model, string wire)
    {
        Name(new JsonObject { ["everything"] = new JsonObject { ["command"] = "node", ["args"] = new JsonArray(Everything(), "stdio") } });
        await Host.Define(
            "looker",
            model,
            tools: """["mcp__everything__get-tiny-image"]""",
            permissions: """[{"tool":"*","action":"allow"}]""",
            wire: wire);
    }

    private void Name(JsonObject servers) =>
        File.WriteAllText(Path.Combine(Host.WorkerDirectory, "mcp.json"), new JsonObject { ["mcpServers"] = servers }.ToJsonString());

    private static string Everything([CallerFilePath] string here = "") =>
        Path.GetFullPath(
            Path.Combine(
                Path.GetDirectoryName(here)!,
                "../../Worker.Tests/node/node_modules/@modelcontextprotocol/server-everything/dist/index.js"));
}
