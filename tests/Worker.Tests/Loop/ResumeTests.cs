using System.Text.Json.Nodes;
using Koda.Protos.Worker.V1;
using Koda.Worker.Session;
using Xunit;

namespace Koda.Worker.Tests.Loop;

public class ResumeTests
{
    private const int Steps = 10;

    [Fact]
    public async Task A_ten_step_task_goes_on_from_every_point_of_its_journal()
    {
        using var whole = Task(new MemoryJournal());
        var outcome = await whole.Run();
        Assert.Equal(new AttemptOutcome.Completed("done"), outcome);
        var journal = whole.Journal.Events;
        Assert.Equal(Steps, Model(whole).Requests.Count);

        for (var length = 0; length <= journal.Count; length++)
        {
            var before = journal.Take(length).ToList();
            using var rest = Task(new MemoryJournal(before));
            Assert.Equal(outcome, await rest.Run());
            Assert.Equal(Steps - before.Count(recorded => recorded.Kind == "model.finished"), Model(rest).Requests.Count);
            foreach (var tool in rest.Tools.Cast<CountingTool>())
                AssertRunOnce(before, tool);
        }
    }

    [Fact]
    public async Task A_call_that_may_have_changed_something_is_told_as_interrupted()
    {
        using var first = Task(new MemoryJournal());
        await first.Run();
        var begun = first
            .Journal.Events.TakeWhile(recorded => recorded.Kind != "tool.finished" || !recorded.Payload.Contains("\"change\""))
            .ToList();
        using var second = Task(new MemoryJournal(begun));

        await second.Run();

        var told = Assert.Single(second.Journal.Payloads("tool.finished"), call => call["status"]!.GetValue<string>() == "interrupted");
        Assert.Contains("outcome is unknown", told["result"]!.GetValue<string>());
        Assert.DoesNotContain(told["call_id"]!.GetValue<string>(), Tool(second, "change").Calls);
    }

    [Fact]
    public async Task The_system_prompt_and_the_tools_are_recorded_once()
    {
        using var task = Task(new MemoryJournal());
        await task.Run();

        var started = task.Journal.Payloads("model.started").ToList();
        Assert.Equal(Steps, started.Count);
        Assert.Equal("Test.", started[0]["system"]!.GetValue<string>());
        Assert.Equal(2, started[0]["tools"]!.AsArray().Count);
        Assert.Equal("Do it.", started[0]["messages"]![0]!["content"]![0]!["text"]!.GetValue<string>());
        Assert.All(started.Skip(1), next =>
            Assert.True(next["system"] is null && next["tools"] is null && next["messages"]!.AsArray().Count == 0));
    }

    [Fact]
    public async Task An_asked_for_stop_ends_before_the_next_step_and_the_rest_is_done_later()
    {
        using var first = Task(new MemoryJournal());
        Tool(first, "look").During = (_, _) =>
        {
            first.Stop.AfterStep(StopReason.Drain, Timeout.InfiniteTimeSpan);
            return System.Threading.Tasks.Task.CompletedTask;
        };
        Assert.Equal(new AttemptOutcome.Stopped(StopReason.Drain), await first.Run());

        using var second = Task(first.Journal);
        Assert.Equal(new AttemptOutcome.Completed("done"), await second.Run());
        Assert.Equal(Steps, Model(first).Requests.Count + Model(second).Requests.Count);
    }

    private static AgentHarness Task(MemoryJournal journal)
    {
        // Odd steps look at two things at once and change one; even steps only change.
        var answers = Enumerable
            .Range(1, Steps - 1)
            .Select(step =>
                step % 2 == 1
                    ? ScriptedModel.Calls(
                        (Id(step, "a"), "look", Arguments(step, "a")),
                        (Id(step, "b"), "look", Arguments(step, "b")),
                        (Id(step, "c"), "change", Arguments(step, "c")))
                    : ScriptedModel.Calls((Id(step, "c"), "change", Arguments(step, "c"))));
        return new AgentHarness(
            new ScriptedModel([.. answers, ScriptedModel.Says("done")]),
            new CountingTool("look", readOnly: true),
            new CountingTool("change", readOnly: false))
        {
            Journal = journal,
        };
    }

    private static string Id(int step, string call) => $"{step}{call}";

    private static string Arguments(int step, string call) => $$"""{"n": "{{Id(step, call)}}"}""";

    private static ScriptedModel Model(AgentHarness harness) => (ScriptedModel)harness.Model;

    private static CountingTool Tool(AgentHarness harness, string name) =>
        harness.Tools.Cast<CountingTool>().First(tool => tool.Definition.Name == name);

    private static void AssertRunOnce(List<JournalEvent> before, CountingTool tool)
    {
        Assert.Equal(tool.Calls.Count, tool.Calls.Distinct().Count());
        var kind = tool.Definition.ReadOnly ? "tool.finished" : "tool.started";
        var recorded = before
            .Where(entry => entry.Kind == kind)
            .Select(entry => JsonNode.Parse(entry.Payload)!["call_id"]!.GetValue<string>());
        Assert.Empty(recorded.Intersect(tool.Calls));
    }
}
