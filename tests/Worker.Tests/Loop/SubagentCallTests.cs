using System.Text.Json.Nodes;
using Koda.Protos.Worker.V1;
using Koda.Worker.Session;
using Koda.Worker.Tools;
using Xunit;

namespace Koda.Worker.Tests.Loop;

public class SubagentCallTests
{
    private static readonly Turn s_aTurn = new()
    {
        Number = 1,
        Subagents =
        {
            new CallableAgent { AgentId = "scout", Description = "Looks." },
        },
    };

    [Fact]
    public async Task Calls_beside_each_other_are_given_away_together()
    {
        using var task = Task(Conversations.Asking("Look around."));

        var given = Assert.IsType<AttemptOutcome.Delegated>(await task.Run()).Subagents;

        Assert.Equal(
            [("one", 1, "scout", "left"), ("two", 1, "scout", "right")],
            given.Select(each => (each.CallId, each.Step, each.AgentId, each.Prompt)));
        Assert.Equal(["one", "two"], task.Journal.Payloads("tool.started").Select(started => (string)started["call_id"]!));
    }

    [Fact]
    public async Task What_they_found_is_the_result_of_their_calls_and_their_cost_is_the_turns()
    {
        using var first = Task(Conversations.Asking("Look around."));
        await first.Run();
        Finish(first.Journal, "two", "succeeded", "A door.");
        Finish(first.Journal, "one", "failed", "No light.");
        using var second = Task(first.Journal);

        Assert.Equal(new AttemptOutcome.Completed("done"), await second.Run());

        Assert.Equal(2, second.Journal.Payloads("tool.started").Count());
        Assert.Equal(
            [("one", "error", "The agent scout did not finish (failed): No light."), ("two", "ok", "A door.")],
            second
                .Journal.Payloads("tool.finished")
                .Select(ended => ((string)ended["call_id"]!, (string)ended["status"]!, (string)ended["result"]!)));
    }

    [Fact]
    public async Task A_call_that_began_and_was_not_given_away_is_given_away_by_the_next_attempt()
    {
        using var first = Task(Conversations.Asking("Look around."));
        await first.Run();
        using var second = Task(first.Journal);

        Assert.Equal(2, Assert.IsType<AttemptOutcome.Delegated>(await second.Run()).Subagents.Count);

        Assert.Equal(2, second.Journal.Payloads("tool.started").Count());
    }

    [Fact]
    public async Task An_agent_that_there_is_not_is_told_to_the_model()
    {
        using var task = Task(Conversations.Asking("Look around."), """{"agent": "nobody", "prompt": "?"}""");

        Assert.Equal(new AttemptOutcome.Completed("done"), await task.Run());

        Assert.Contains("Use one of: scout", (string)Assert.Single(task.Journal.Payloads("tool.finished"))["result"]!);
    }

    [Fact]
    public async Task What_others_found_meanwhile_is_a_message_of_its_own_before_the_one_to_be_answered()
    {
        var journal = new MemoryJournal();
        journal.Add(
            "message.sent",
            new JsonObject
            {
                ["turn"] = 1,
                ["message"] = new JsonObject
                {
                    ["role"] = "user",
                    ["content"] = new JsonArray(new JsonObject { ["type"] = "text", ["text"] = "What is new?" }),
                },
                ["background"] = new JsonArray(
                    new JsonObject
                    {
                        ["conversation_id"] = "c",
                        ["agent_id"] = "scout",
                        ["title"] = "Search",
                        ["state"] = "timed_out",
                        ["result"] = "Nothing yet.",
                    }),
            });
        var model = new ScriptedModel(ScriptedModel.Says("done"));
        using var task = new AgentHarness(model) { Journal = journal, Turn = s_aTurn };

        await task.Run();

        Assert.Equal("The subagent scout, \"Search\", ended (timed out):\nNothing yet.", model.Requests[0].Messages[0].Text);
        Assert.Equal("What is new?", model.Requests[0].Messages[1].Text);
    }

    private static AgentHarness Task(MemoryJournal journal, params string[] calls)
    {
        (string, string, string)[] made =
            calls.Length > 0
                ? [.. calls.Select((arguments, index) => ($"call-{index}", "task", arguments))]
                :
                [
                    ("one", "task", """{"agent": "scout", "prompt": "left"}"""),
                    ("two", "task", """{"agent": "scout", "prompt": "right"}"""),
                ];
        return new(new ScriptedModel(ScriptedModel.Calls(made), ScriptedModel.Says("done")), new SubagentTool(s_aTurn.Subagents))
        {
            Journal = journal,
            Turn = s_aTurn,
        };
    }

    private static void Finish(MemoryJournal journal, string call, string state, string result) =>
        journal.Add(
            "subagent.finished",
            new JsonObject
            {
                ["call_id"] = call,
                ["agent_id"] = "scout",
                ["title"] = "t",
                ["state"] = state,
                ["result"] = result,
                ["cost_micros"] = 500,
            });
}
