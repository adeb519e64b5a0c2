using Koda.Protos.Worker.V1;
using Koda.Worker.Providers;
using Koda.Worker.Session;
using Xunit;

namespace Koda.Worker.Tests.Loop;

public class TurnGuardTests
{
    [Fact]
    public async Task An_empty_answer_is_asked_again_at_most_twice()
    {
        var model = new ScriptedModel(
            ScriptedModel.Says(""), ScriptedModel.Says(" "), ScriptedModel.Says(""), ScriptedModel.Says("never asked"));
        using var turn = new AgentHarness(model)
        {
            Turn = new Turn { Number = 1 },
            Journal = Conversations.Asking("Do it."),
        };

        Assert.Equal("model.empty", Assert.IsType<AttemptOutcome.Failed>(await turn.Run()).Code);

        Assert.Equal(3, model.Requests.Count);
        Assert.All(model.Requests.Skip(1), request => Assert.Contains("empty", request.Messages[^1].Text));
    }

    [Fact]
    public async Task An_answer_after_an_empty_one_counts()
    {
        var model = new ScriptedModel(ScriptedModel.Says(""), ScriptedModel.Says("done"));
        using var turn = new AgentHarness(model) { Turn = new Turn { Number = 1 }, Journal = Conversations.Asking("Do it.") };

        Assert.Equal(new AttemptOutcome.Completed("done"), await turn.Run());
    }

    [Fact]
    public async Task An_empty_answer_to_a_task_is_asked_again_too_and_is_no_output()
    {
        using var helped = new AgentHarness(new ScriptedModel(ScriptedModel.Says(""), ScriptedModel.Says("done")));
        Assert.Equal(new AttemptOutcome.Completed("done"), await helped.Run());
        using var task = new AgentHarness(new ScriptedModel(ScriptedModel.Says("")));
        Assert.Equal(
            ("model.empty", false),
            (Assert.IsType<AttemptOutcome.Failed>(await task.Run()) is var failed ? (failed.Code, failed.Retryable) : default));
    }

    [Fact]
    public async Task Arguments_that_do_not_end_are_cut_and_the_model_is_told()
    {
        var pieces = Enumerable.Range(0, 300).Select(_ => new ToolInputDelta("c", "look", new string('a', 1024)));
        var model = new StreamedModel([new TextDelta("I look."), .. pieces]);
        using var turn = new AgentHarness(model, new CountingTool("look", readOnly: true))
        {
            Turn = new Turn { Number = 1 },
            Journal = Conversations.Asking("Do it."),
        };

        Assert.Equal(new AttemptOutcome.Completed("done"), await turn.Run());

        Assert.Empty(((CountingTool)turn.Tools[0]).Calls);
        Assert.Equal("tool_input", Assert.Single(turn.Journal.Payloads("guardrail.hit"))["rule"]!.GetValue<string>());
        var told = Assert.IsType<ToolResultBlock>(model.Requests[1].Messages[^1].Content[0]);
        Assert.Contains("256 KB", told.Content);
        Assert.True(turn.Journal.Events.First(recorded => recorded.Kind == "model.finished").Payload.Length < 2048);
    }

    [Fact]
    public async Task A_new_turn_may_repeat_the_calls_of_an_old_one()
    {
        var calls = Enumerable.Range(0, 3).Select(i => ScriptedModel.Calls(($"c{i}", "look", """{"n": "same"}"""))).ToArray();
        using var first = new AgentHarness(
            new ScriptedModel([.. calls, ScriptedModel.Says("done")]), new CountingTool("look", readOnly: true))
        {
            Turn = new Turn { Number = 1 },
            Journal = Conversations.Asking("Do it."),
        };
        await first.Run();
        first.Journal.Ask(2, "Do it again.");
        var model = new ScriptedModel([.. Enumerable.Repeat(ScriptedModel.Says("unused"), 4), .. calls, ScriptedModel.Says("done")]);
        using var second = new AgentHarness(model, new CountingTool("look", readOnly: true))
        {
            Turn = new Turn { Number = 2 },
            Journal = first.Journal,
        };

        Assert.Equal(new AttemptOutcome.Completed("done"), await second.Run());
    }
}
