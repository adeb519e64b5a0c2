using System.Text.Json.Nodes;
using Koda.Contract.Tests.Journeys;
using Koda.Testing;
using Koda.Testing.Hosting;
using Xunit;

namespace Koda.Contract.Tests.Code;

public sealed class SubagentTests(KodaFixture koda) : IClassFixture<KodaFixture>
{
    private KodaHost Host => koda.Host;

    [Fact]
    public async Task Called_subagents_work_side_by_side_while_the_turn_holds_no_slot()
    {
        await using var scouts = await HeldModel.Start();
        await using var lead = await ScriptedModel.Start(
            ModelTurn.Calls(("call_1", "task", Work("scout", "Look left.")), ("call_2", "task", Work("scout", "Look right."))),
            ModelTurn.Say("Both looked."));
        // Two slots for three turns: were the caller to hold one, its subagents could not run at once.
        var session = await Calling("lead", lead, "scout", scouts.Server, slots: 2);

        await Host.Begin(session, "Look around.");
        var asked = new[] { await scouts.NextAsked(), await scouts.NextAsked() };
        var running = (await Host.Rest.Get($"/sessions/{session}/subagents")).Json.AsArray();
        scouts.Release("Look right.");
        scouts.Release("Look left.");
        var events = await Host.Whole(session);

        Assert.Equal(["Look left.", "Look right."], asked.Order());
        Assert.Equal([("call_1", "running"), ("call_2", "running")], running.Select(each => (each!.At("call_id"), each!.At("state"))));
        Assert.Equal(
            ["tool_start call_1", "tool_start call_2", "tool_output call_1", "tool_output call_2", "tool_end call_1", "tool_end call_2"],
            events
                .Where(item => item.Name is "tool_start" or "tool_output" or "tool_end")
                .Select(item => $"{item.Name} {item.Data.At("call_id")}")
                .Order(s_byStage));
        var results = lead.Requests.Last()["messages"]!
            .AsArray()
            .Where(message => message!.At("role") == "tool")
            .Select(message => message!.At("content"));
        Assert.Equal(["Done: Look left.", "Done: Look right."], results);
        var done = events[^1];
        var read = (await Host.Rest.Get($"/sessions/{session}")).Json;
        Assert.Equal("done", done.Name);
        Assert.True(Money(done.Data, "subagent_cost") > 0);
        Assert.Equal(Money(read, "cost") + Money(done.Data, "subagent_cost"), Money(read, "total_cost"), 6);
        Assert.DoesNotContain((await Host.Rest.Get("/sessions")).Json.AsArray(), each => each!.At("parent_id") == session);
    }

    [Fact]
    public async Task A_subagent_asks_in_its_callers_stream_and_knows_what_was_allowed_there_for_always()
    {
        await using var scribe = await ScriptedModel.Start(
            ModelTurn.Call("w1", "write", """{"path":"first.txt","content":"c"}"""),
            ModelTurn.Call("w2", "write", """{"path":"asked.md","content":"b"}"""),
            ModelTurn.Say("Wrote both."));
        await using var lead = await ScriptedModel.Start(
            ModelTurn.Call("call_1", "write", """{"path":"first.txt","content":"a"}"""),
            ModelTurn.Call("call_2", "task", Work("scribe", "Write.")),
            ModelTurn.Say("Done."));
        const string Asks = """[{"tool":"write","action":"ask"}]""";
        var session = await Calling("editor", lead, "scribe", scribe, Asks, """["task","write"]""", """["write"]""", Asks);

        await Host.Begin(session, "Write.");
        var first = await Host.Reach(session, "user_question");
        Assert.Equal(204, (await Host.Answer(session, first.Data.At("question_id"), "always")).Status);
        var second = await Host.Reach(session, "user_question", first.Id);
        var listed = (await Host.Rest.Get($"/sessions/{session}/questions")).Json.AsArray();
        Assert.Equal(204, (await Host.Answer(session, second.Data.At("question_id"), "once")).Status);
        var events = await Host.Whole(session, second.Id);

        var subagent = (await Host.Rest.Get($"/sessions/{session}/subagents")).Json.AsArray().Single()!;
        Assert.Equal(("", subagent.At("session_id")), (first.Data.At("subagent_id"), second.Data.At("subagent_id")));
        Assert.Equal((second.Data.At("question_id"), "scribe"), (listed.Single()!.At("question_id"), listed.Single()!.At("agent_id")));
        Assert.Equal("asked.md", listed.Single()!["input"]!.At("path"));
        Assert.Equal("done", events[^1].Name);
        Assert.Equal("b", await File.ReadAllTextAsync(Path.Combine(Host.Workspace, "asked.md")));
    }

    [Fact]
    public async Task A_subagent_may_do_no_more_than_who_called_it()
    {
        await using var writer = await ScriptedModel.Start(
            ModelTurn.Call("w1", "write", """{"path":"forbidden.txt","content":"a"}"""),
            ModelTurn.Say("I may not."));
        await using var lead = await ScriptedModel.Start(
            ModelTurn.Call("call_1", "task", Work("writer", "Write.")), ModelTurn.Say("Done."));
        var session = await Calling(
            "careful",
            lead,
            "writer",
            writer,
            """[{"tool":"write","action":"deny"}]""",
            """["task"]""",
            """["write"]""",
            """[{"tool":"write","action":"allow"}]"""
        );

        await Host.Begin(session, "Write.");
        await Host.Whole(session);

        Assert.False(File.Exists(Path.Combine(Host.Workspace, "forbidden.txt")));
        Assert.Contains(
            "forbid", writer.Requests.Last()["messages"]!.AsArray().Single(message => message!.At("role") == "tool")!.At("content"));
    }

    [Fact]
    public async Task A_subagent_that_may_leave_the_workspace_asks_where_its_caller_would_be_asked()
    {
        var outside = Directory.CreateTempSubdirectory("koda-outside-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(outside.FullName, "secret"), "outer text");
            await using var reader = await ScriptedModel.Start(
                ModelTurn.Call("r1", "read", $$"""{"path":"{{outside.FullName}}/secret"}"""),
                ModelTurn.Say("I may not."));
            await using var lead = await ScriptedModel.Start(
                ModelTurn.Call("call_1", "task", Work("leaver", "Read.")), ModelTurn.Say("Done."));
            var session = await Calling(
                "homely",
                lead,
                "leaver",
                reader,
                "[]",
                """["task"]""",
                """["read"]""",
                """[{"tool":"external_directory","action":"allow"}]"""
            );

            await Host.Begin(session, "Read.");
            var asked = await Host.Reach(session, "user_question");

            Assert.Equal(204, (await Host.Answer(session, asked.Data.At("question_id"), "reject")).Status);
            await Host.Whole(session);
            Assert.DoesNotContain(reader.Requests, request => request.ToJsonString().Contains("outer text", StringComparison.Ordinal));
        }
        finally
        {
            outside.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Cancelling_a_turn_cancels_its_subagents()
    {
        await using var scouts = await HeldModel.Start();
        await using var lead = await ScriptedModel.Start(
            ModelTurn.Call("call_1", "task", Work("idler", "Wait.")), ModelTurn.Say("Never."));
        var session = await Calling("impatient", lead, "idler", scouts.Server);
        await Host.Begin(session, "Wait.");
        await scouts.NextAsked();

        Assert.Equal(202, (await Host.Rest.Post($"/sessions/{session}/cancel")).Status);

        Assert.Equal("turn.cancelled", (await Host.Whole(session))[^1].Data.At("code"));
        await Eventually.IsTrue(async () => await StateOf(session) == "cancelled", "the subagent is cancelled");
    }

    [Fact]
    public async Task One_that_runs_too_long_is_stopped_and_its_caller_is_told()
    {
        await using var scouts = await HeldModel.Start();
        await using var lead = await ScriptedModel.Start(
            ModelTurn.Call("call_1", "task", Work("sleeper", "Sleep.")), ModelTurn.Say("It slept."));
        await Host.Rest.Put("/settings/session.subagent_timeout", """{"value":"0.3"}""");
        var session = await Calling("punctual", lead, "sleeper", scouts.Server);

        await Host.Begin(session, "Sleep.");
        var events = await Host.Whole(session);
        await Host.Rest.Put("/settings/session.subagent_timeout", """{"value":"300"}""");

        Assert.Equal("done", events[^1].Name);
        Assert.Contains("timed out", lead.Requests.Last()["messages"]!.AsArray().Last()!.At("content"));
        Assert.Equal("true", (await Host.Rest.Get($"/sessions/{session}/subagents")).Json[0]!.At("timed_out"));
    }

    [Fact]
    public async Task One_that_no_worker_takes_is_given_up_and_the_turn_says_whom_it_waits_for_until_then()
    {
        await using var absent = await HeldModel.Start();
        await using var lead = await ScriptedModel.Start(
            ModelTurn.Call("call_1", "task", Work("absent", "Wait.")),
            ModelTurn.Call("call_2", "task", Work("absent", "Wait.")),
            ModelTurn.Say("Nobody came."));
        await Host.Define("lonely", lead, tools: """["task"]""");
        await Host.Define("absent", absent.Server, mode: "subagent");
        Host.StartWorker(options => options with { AgentIds = ["lonely"] });
        var session = await Host.NewSession("lonely");

        await Host.Begin(session, "Wait.");
        await Eventually.IsTrue(
            async () =>
                (await Host.Rest.Get($"/sessions/{session}/turn"))["progress"]
                    .StartsWith("waiting for absent (Wait.", StringComparison.Ordinal),
            "it is told");
        await Host.Rest.Post($"/sessions/{session}/cancel");
        await Host.Rest.Put("/settings/session.subagent_patience", """{"value":"0.3"}""");
        await Host.Begin(session, "Wait again.");
        var events = await Host.Whole(session);
        await Host.Rest.Put("/settings/session.subagent_patience", """{"value":"900"}""");

        Assert.Equal("done", events[^1].Name);
        Assert.Contains("No worker took it", events.Single(item => item.Name == "tool_end").Data.At("output"));
    }

    [Fact]
    public async Task One_that_has_spent_its_budget_ends_and_says_so()
    {
        await using var spender = await ScriptedModel.Start(ModelTurn.Call("l1", "list", "{}"), ModelTurn.Say("Never said."));
        await using var lead = await ScriptedModel.Start(
            ModelTurn.Call("call_1", "task", Work("spender", "Spend.")), ModelTurn.Say("It was dear."));
        await Host.Rest.Put("/settings/session.subagent_budget", """{"value":"0.0005"}""");
        var session = await Calling("thrifty", lead, "spender", spender, calledTools: """["list"]""");

        await Host.Begin(session, "Spend.");
        var events = await Host.Whole(session);
        await Host.Rest.Put("/settings/session.subagent_budget", """{"value":"0"}""");

        Assert.Equal("done", events[^1].Name);
        Assert.Single(spender.Requests);
        Assert.Contains("budget", lead.Requests.Last()["messages"]!.AsArray().Last()!.At("content"));
    }

    [Fact]
    public async Task A_person_starts_one_beside_the_session_and_the_next_message_tells_what_it_found()
    {
        await using var scouts = await HeldModel.Start();
        await using var lead = await ScriptedModel.Start(ModelTurn.Say("I see."));
        var session = await Calling("host-agent", lead, "helper", scouts.Server);

        var started = await Host.Rest.Post(
            $"/sessions/{session}/subagent",
            """{"agent_id":"helper","prompt":"Find it.","title":"Search"}"""
        );
        await scouts.NextAsked();
        (await Host.Rest.Delete($"/sessions/{session}")).IsRefused(409, "turn.running");
        scouts.Release("Find it.");
        await Eventually.IsTrue(async () => await StateOf(session) == "succeeded", "the subagent has ended");
        await Eventually.IsTrue(
            async () => (await Host.Rest.Post($"/sessions/{session}/branch", """{"message_id":"?"}""")).Status == 404,
            "its end is told");
        await Host.Begin(session, "What is new?");
        await Host.Whole(session);

        Assert.Equal((202, "running"), (started.Status, started["state"]));
        var own = (await Host.Rest.Get($"/sessions/{started["session_id"]}")).Json;
        Assert.Equal(("true", session, "Search"), (own.At("subagent"), own.At("parent_id"), own.At("title")));
        var told = lead.Requests.Last()["messages"]!
            .AsArray()
            .Where(message => message!.At("role") == "user")
            .Select(message => message!.At("content"))
            .ToList();
        Assert.Equal("What is new?", told[^1]);
        Assert.Contains("Done: Find it.", told[^2]);
        var part = (await Host.Messages(session))[0]["parts"]!.AsArray().Single(each => each!.At("type") == "background_event")![
            "content"
        ]!;
        Assert.Equal(("helper", "succeeded", "Done: Find it."), (part.At("agent_id"), part.At("state"), part.At("result")));
    }

    [Fact]
    public async Task What_cannot_be_started_is_refused()
    {
        var session = await Host.NewSession("explorer");
        (await Start(session, "")).IsRefused(400, "request.invalid").BlamesFields("agent_id", "prompt");
        (await Start(session, "nobody", "Look.")).IsRefused(404, "agent.not_found");
        (await Start("01a202eb-824c-7be1-b1be-8955690cf7f9", "explorer", "Look.")).IsRefused(404, "conversation.not_found");
        await Host.Rest.Put("/settings/session.max_subagents", """{"value":"0"}""");
        var full = await Start(session, "explorer", "Look.");
        await Host.Rest.Put("/settings/session.max_subagents", """{"value":"10"}""");
        full.IsRefused(409, "subagent.refused");
        var child = await Start(session, "explorer", "Look.");
        (await Start(child["session_id"], "explorer", "Look.")).IsRefused(409, "subagent.refused");
        await Host.Rest.Post($"/sessions/{child["session_id"]}/cancel");
    }

    private static readonly Comparer<string> s_byStage = Comparer<string>.Create((one, other) => Stage(one).CompareTo(Stage(other)));

    private static string Stage(string item) => $"{Array.IndexOf(["tool_start", "tool_output", "tool_end"], item.Split(' ')[0])} {item}";

    private static string Work(string agent, string prompt) => new JsonObject { ["agent"] = agent, ["prompt"] = prompt }.ToJsonString();

    private static double Money(JsonNode node, string field) => node[field]!.GetValue<double>();

    private Task<RestReply> Start(string session, string agent, string prompt = "") =>
        Host.Rest.Post($"/sessions/{session}/subagent", new JsonObject { ["agent_id"] = agent, ["prompt"] = prompt }.ToJsonString());

    private async Task<string> StateOf(string session) => (await Host.Rest.Get($"/sessions/{session}/subagents")).Json[0]!.At("state");

    private async Task<string> Calling(
        string caller,
        ScriptedModel model,
        string called,
        ScriptedModel calledModel,
        string permissions = "[]",
        string tools = """["task"]""",
        string calledTools = "[]",
        string calledPermissions = "[]",
        int slots = 4)
    {
        await Host.Define(caller, model, tools, permissions);
        await Host.Define(called, calledModel, calledTools, calledPermissions, mode: "subagent");
        Host.StartWorker(options => options with { AgentIds = [caller, called], Slots = slots });
        var session = await Host.NewSession(caller);
        await Host.Rest.Patch($"/sessions/{session}", """{"title":"Named"}""");
        return session;
    }
}
