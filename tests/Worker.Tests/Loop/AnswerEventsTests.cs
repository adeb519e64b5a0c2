using Koda.Protos.Worker.V1;
using Koda.Worker.Providers;
using Koda.Worker.Session;
using Xunit;

namespace Koda.Worker.Tests.Loop;

public class AnswerEventsTests
{
    private static readonly ModelEvent[] s_pieces =
    [
        new ReasoningDelta("Let me look"),
        new ReasoningDelta(" at it."),
        new TextDelta("I look."),
        new ToolInputDelta("a", "look", """{"n": """),
        new ToolInputDelta("b", "look", """{"n": "2"}"""),
        new ToolInputDelta("a", "look", "\"1\"}"),
        new ModelFinished(
            ModelMessage.Assistant(
                new ReasoningBlock("Let me look at it."), new TextBlock("I look."),
                new ToolCallBlock("a", "look", """{"n": "1"}"""), new ToolCallBlock("b", "look", """{"n": "2"}""")),
            ModelStopReason.ToolUse, new ModelUsage(), "streamed-1"),
    ];

    [Fact]
    public async Task A_turn_shows_where_the_reasoning_ends_and_what_calls_are_being_written()
    {
        using var turn = Attempt(new Turn { Number = 1 });

        Assert.Equal(new AttemptOutcome.Completed("done"), await turn.Run());

        var events = turn
            .Journal.Events.TakeWhile(recorded => recorded.Kind != "model.finished")
            .Select(recorded => recorded.Kind)
            .Distinct();
        Assert.Equal(["model.started", "model.reasoning", "model.reasoning_done", "model.delta", "model.tool_input"], events);
        Assert.Equal(5, Assert.Single(turn.Journal.Payloads("model.reasoning_done"))["tokens"]!.GetValue<long>());
        Assert.Equal("""{"n": "1"}""", Input(turn, "a"));
        Assert.Equal("""{"n": "2"}""", Input(turn, "b"));
    }

    [Fact]
    public async Task Reasoning_that_nothing_follows_ends_too()
    {
        var model = new StreamedModel(
            new ReasoningDelta("Hm."),
            new ModelFinished(
                ModelMessage.Assistant(new ReasoningBlock("Hm."), new TextBlock("Yes.")),
                ModelStopReason.EndTurn,
                new ModelUsage(),
                "streamed-1"));
        using var turn = new AgentHarness(model) { Turn = new Turn { Number = 1 } };

        await turn.Run();

        Assert.Single(turn.Journal.Payloads("model.reasoning_done"));
    }

    [Fact]
    public async Task A_task_keeps_the_events_that_it_had()
    {
        using var task = Attempt(turn: null);

        await task.Run();

        Assert.Empty(task.Journal.Payloads("model.reasoning_done").Concat(task.Journal.Payloads("model.tool_input")));
    }

    [Fact]
    public async Task A_secret_that_comes_in_two_pieces_is_shown_in_neither()
    {
        var model = new StreamedModel(
            new TextDelta("It is sk-12"),
            new TextDelta("345678."),
            new ModelFinished(
                ModelMessage.Assistant(new TextBlock("It is sk-12345678.")), ModelStopReason.EndTurn, new ModelUsage(), "streamed-1"));
        using var turn = new AgentHarness(model)
        {
            Turn = new Turn { Number = 1 },
            Secret = "sk-12345678",
        };

        await turn.Run();

        Assert.Equal(
            "It is [redacted].", string.Concat(turn.Journal.Payloads("model.delta").Select(delta => delta["text"]!.GetValue<string>())));
    }

    private static AgentHarness Attempt(Turn? turn) =>
        new(new StreamedModel(s_pieces), new CountingTool("look", readOnly: true)) { Turn = turn };

    private static string Input(AgentHarness turn, string call) =>
        string.Concat(
            turn.Journal.Payloads("model.tool_input")
                .Where(input => input["call_id"]!.GetValue<string>() == call && input["tool"]!.GetValue<string>() == "look")
                .Select(input => input["text"]!.GetValue<string>()));
}
