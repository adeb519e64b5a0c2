using Koda.Contract.Tests.Journeys;
using Koda.Testing.Hosting;
using Xunit;

namespace Koda.Contract.Tests.Code;

public sealed class TurnTests(KodaFixture koda) : IClassFixture<KodaFixture>
{
    private KodaHost Host => koda.Host;

    [Fact]
    public async Task A_second_turn_knows_what_was_said_in_the_first()
    {
        await using var model = await ScriptedModel.Start(
            ModelTurn.Call("call_1", "read", """{"path":"a.txt"}"""), ModelTurn.Say("It says hello."), ModelTurn.Say("Hello, as I said."));
        await File.WriteAllTextAsync(Path.Combine(Host.Workspace, "a.txt"), "hello\n");
        var session = await Working("talker", model, tools: """["read"]""");

        await Host.Begin(session, "What does a.txt say?");
        await Host.Whole(session);
        await Host.Begin(session, "Once more, please.");
        var events = await Host.Whole(session);

        Assert.Equal(
            "Hello, as I said.", string.Concat(events.Where(item => item.Name == "delta").Select(item => item.Data.At("content"))));
        Assert.Equal("done", events[^1].Name);
        var asked = model.Requests.Last()["messages"]!
            .AsArray()
            .Select(message => $"{message!.At("role")}: {message!.At("content")}")
            .ToList();
        Assert.Equal(
            ["user: What does a.txt say?", "assistant: ", "tool: 1\thello\n", "assistant: It says hello.", "user: Once more, please."],
            asked.Where(message => !message.StartsWith("system", StringComparison.Ordinal)));
        var read = (await Host.Rest.Get($"/sessions/{session}")).Json;
        Assert.Equal(
            (3 * ModelTurn.InputTokens, 3 * ModelTurn.OutputTokens, (long)ModelTurn.InputTokens),
            (
                read["total_input_tokens"]!.GetValue<int>(),
                read["total_output_tokens"]!.GetValue<int>(),
                read["last_input_tokens"]!.GetValue<long>()));
        Assert.True(read["cost"]!.GetValue<double>() > 0);
        Assert.Equal(
            ["user", "assistant", "tool", "assistant", "user", "assistant"],
            (await Host.Messages(session)).Select(message => message.At("role")));
    }

    [Fact]
    public async Task One_turn_runs_at_a_time_and_a_message_may_wait_for_its_own()
    {
        await using var model = await HeldModel.Start();
        var session = await Working("single", model.Server);
        await Host.Begin(session, "first");
        await model.NextAsked();

        (await Host.Say(session, "second")).IsRefused(409, "turn.running");
        (await Host.Rest.Delete($"/sessions/{session}")).IsRefused(409, "turn.running");
        (
            await Host.Rest.Post($"/sessions/{session}/branch", $$"""{"message_id":"{{(await Host.Messages(session))[0].At("id")}}"}""")
        ).IsRefused(409, "turn.running");
        var waiting = await Host.Begin(session, "third", ""","queue":true""");
        Assert.Equal(1, waiting["queued_messages"]!.GetValue<int>());
        model.Release("first");

        Assert.Equal("third", await model.NextAsked());
        model.Release("third");
        var events = await Host.Whole(session);
        Assert.Equal("Done: third", events[0].Data.At("content"));
        Assert.Equal(
            ["first", "Done: first", "third", "Done: third"], (await Host.Messages(session)).Select(message => message.At("content")));
    }

    [Fact]
    public async Task Cancelling_ends_the_turn_and_drops_what_waits()
    {
        await using var model = await HeldModel.Start();
        var session = await Working("stopped", model.Server);
        await Host.Begin(session, "endless");
        await model.NextAsked();
        await Host.Begin(session, "later", ""","queue":true""");

        var cancelled = await Host.Rest.Post($"/sessions/{session}/cancel");
        var events = await Host.Whole(session);

        Assert.Equal((202, "true"), (cancelled.Status, cancelled.Json.At("cancel_requested")));
        Assert.Equal(("error", "turn.cancelled"), (events[^1].Name, events[^1].Data.At("code")));
        var turn = await Host.Rest.Get($"/sessions/{session}/turn?operation_id={cancelled["operation_id"]}");
        Assert.Equal(("cancelled", "false", "0"), (turn["state"], turn.Json.At("active"), turn.Json.At("queued_messages")));
        (await Host.Rest.Post($"/sessions/{session}/cancel")).IsRefused(409, "turn.not_running");
        await Host.Begin(session, "next");
        Assert.Equal("next", await model.NextAsked());
        model.Release("next");
        Assert.Equal("done", (await Host.Whole(session))[^1].Name);
    }

    [Fact]
    public async Task A_question_waits_until_it_is_answered_and_the_turn_goes_on()
    {
        await using var model = await ScriptedModel.Start(
            ModelTurn.Call("call_1", "write", """{"path":"new.txt","content":"made"}"""), ModelTurn.Say("Written."));
        var session = await Working("asker-code", model, tools: """["write"]""", permissions: """[{"tool":"write","action":"ask"}]""");
        await Host.Begin(session, "Write it.");

        var asked = await Host.Reach(session, "user_question");
        var question = asked.Data.At("question_id");
        var listed = (await Host.Rest.Get($"/sessions/{session}/questions")).Json.AsArray().Single()!;
        (await Host.Answer(session, question, "perhaps")).IsRefused(400, "request.invalid").BlamesFields("response");
        (await Host.Answer(session, "q-01jd0000000000000000000000", "once")).IsRefused(404, "approval.not_found");
        var answered = await Host.Answer(session, question, "once");
        var events = await Host.Whole(session, asked.Id);

        Assert.StartsWith("q-", question, StringComparison.Ordinal);
        Assert.Equal(("permission", "write"), (asked.Data.At("purpose"), asked.Data.At("tool")));
        Assert.Equal((question, "permission"), (listed.At("question_id"), listed.At("purpose")));
        Assert.Equal(204, answered.Status);
        Assert.Equal(
            ["tool_start", "tool_end", "delta", "done"],
            events.Select(item => item.Name).Where(name => name is not ("title_updated" or "tool_input_delta")));
        Assert.Equal("made", await File.ReadAllTextAsync(Path.Combine(Host.Workspace, "new.txt")));
        (await Host.Answer(session, question, "reject")).IsRefused(409, "approval.already_answered");
    }

    [Fact]
    public async Task An_agent_without_a_model_looks_for_what_is_asked_and_not_for_what_comes_with_it()
    {
        Host.StartWorker(options => options with { AgentIds = ["explorer"] });
        await File.WriteAllTextAsync(Path.Combine(Host.Workspace, "lease.txt"), "Renewed hourly, whoever asks.\n");
        var session = await Host.NewSession("explorer");

        await Host.Begin(session, "lease?", ""","attachments":[{"path":"lease.txt"},{"path":"missing.txt"}]""");

        var searched = (await Host.Whole(session)).First(item => item.Name == "tool_start" && item.Data.At("tool") == "grep");
        Assert.Equal("lease", searched.Data.At("input", "pattern"));
    }

    [Fact]
    public async Task Bad_messages_are_refused_with_every_fault()
    {
        var session = await Host.NewSession("explorer");

        (await Host.Rest.Post($"/sessions/{session}/messages", """{"content":" ","variant":"huge"}"""))
            .IsRefused(400, "request.invalid")
            .BlamesFields("content", "variant");
        (await Host.Say("01a202eb-824c-7be1-b1be-8955690cf7f9", "hello")).IsRefused(404, "conversation.not_found");
        (await Host.Say(session, "hello", ""","agent_id":"nobody" """)).IsRefused(404, "agent.not_found");
    }

    private async Task<string> Working(string agent, ScriptedModel model, string tools = "[]", string permissions = "[]")
    {
        await Host.Define(agent, model, tools, permissions);
        Host.StartWorker(options => options with { AgentIds = [agent] });
        var session = await Host.NewSession(agent);
        await Host.Rest.Patch($"/sessions/{session}", """{"title":"Named"}""");
        return session;
    }
}
