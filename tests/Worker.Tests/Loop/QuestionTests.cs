using System.Text.Json.Nodes;
using Koda.Protos.Worker.V1;
using Koda.Worker.Session;
using Koda.Worker.Tools;
using Xunit;

namespace Koda.Worker.Tests.Loop;

public class QuestionTests
{
    [Fact]
    public async Task A_question_suspends_the_attempt_with_its_options()
    {
        using var task = Task(new MemoryJournal());

        var asked = Assert.IsType<AttemptOutcome.Suspended>(await task.Run()).Approval;

        Assert.Equal(("question", "Which one?", true), (asked.Purpose, asked.Preview, asked.Multiple));
        Assert.Equal(["a", "b"], asked.Options);
    }

    [Fact]
    public async Task The_answer_is_the_result_of_the_call()
    {
        using var first = Task(new MemoryJournal());
        Answer(first.Journal, Assert.IsType<AttemptOutcome.Suspended>(await first.Run()).Approval, expired: false);
        using var second = Task(first.Journal);

        Assert.Equal(new AttemptOutcome.Completed("done"), await second.Run());

        var told = Assert.Single(second.Journal.Payloads("tool.finished"));
        Assert.Equal(("ok", "neither, take c"), (told["status"]!.GetValue<string>(), told["result"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_question_that_nobody_answers_is_told_to_the_model()
    {
        using var first = Task(new MemoryJournal());
        Answer(first.Journal, Assert.IsType<AttemptOutcome.Suspended>(await first.Run()).Approval, expired: true);
        using var second = Task(first.Journal);

        await second.Run();

        Assert.Contains(
            "Nobody answered this question", Assert.Single(second.Journal.Payloads("tool.finished"))["result"]!.GetValue<string>());
    }

    [Fact]
    public async Task With_nobody_there_no_question_is_asked()
    {
        using var task = Task(new MemoryJournal(), new Turn { Unattended = true });
        Assert.IsType<AttemptOutcome.Completed>(await task.Run());
        Assert.Contains("Decide by yourself", Assert.Single(task.Journal.Payloads("tool.finished"))["result"]!.GetValue<string>());
    }

    private static AgentHarness Task(MemoryJournal journal, Turn? turn = null) =>
        new(
            new ScriptedModel(
                ScriptedModel.Calls(("one", "ask", """{"question": "Which one?", "options": ["a", "b"], "multiple": true}""")),
                ScriptedModel.Says("done")),
            new AskTool())
        {
            Journal = journal,
            Turn = turn,
        };

    private static void Answer(MemoryJournal journal, ApprovalRequest approval, bool expired)
    {
        journal.Add("approval.requested", new JsonObject
        {
            ["approval_id"] = "apr_1",
            ["call_id"] = approval.CallId,
            ["tool"] = approval.Tool,
            ["arguments"] = JsonNode.Parse(approval.Arguments),
            ["digest"] = approval.Digest,
            ["purpose"] = approval.Purpose,
        });
        var end = new JsonObject { ["approval_id"] = "apr_1", ["call_id"] = approval.CallId };
        if (!expired)
            (end["decision"], end["by"], end["scope"], end["response"]) = ("approved", "ann", "once", "neither, take c");
        journal.Add(expired ? "approval.expired" : "approval.answered", end);
    }
}
