using System.Text.Json.Nodes;
using Koda.Protos.Worker.V1;
using Koda.Worker.Loop;
using Koda.Worker.Session;
using Xunit;

namespace Koda.Worker.Tests.Loop;

public class ApprovalTests
{
    [Fact]
    public async Task A_call_that_needs_an_answer_suspends_the_attempt()
    {
        using var task = Task(new MemoryJournal());

        var suspended = Assert.IsType<AttemptOutcome.Suspended>(await task.Run());

        Assert.Equal("one", suspended.Approval.CallId);
        Assert.Equal("change", suspended.Approval.Tool);
        Assert.Equal("""{"n":"1"}""", suspended.Approval.Arguments);
        Assert.Equal("would do 1", suspended.Approval.Preview);
        Assert.Equal(ActionDigest.Of("change", """{"n":"1"}"""), suspended.Approval.Digest);
        Assert.Empty(Tool(task).Calls);
    }

    [Fact]
    public async Task An_approved_call_runs_and_the_next_one_is_asked_about()
    {
        using var first = Task(new MemoryJournal());
        Answer(first.Journal, await Suspended(first), "approved", "once");
        using var second = Task(first.Journal);

        Assert.Equal("two", (await Suspended(second)).CallId);

        Assert.Equal(["1"], Tool(second).Calls);
        Assert.Equal("apr_one", Assert.Single(second.Journal.Payloads("tool.finished"))["approval_id"]!.GetValue<string>());
    }

    [Fact]
    public async Task An_answer_for_always_covers_later_calls_of_the_tool()
    {
        using var first = Task(new MemoryJournal());
        Answer(first.Journal, await Suspended(first), "approved", "always");
        using var second = Task(first.Journal);

        Assert.Equal(new AttemptOutcome.Completed("done"), await second.Run());
        Assert.Equal(["1", "2"], Tool(second).Calls);
    }

    [Theory]
    [InlineData("approval.answered")]
    [InlineData("approval.expired")]
    public async Task A_denied_or_expired_call_does_not_run_and_the_model_is_told(string kind)
    {
        using var first = Task(new MemoryJournal());
        Answer(first.Journal, await Suspended(first), "denied", "once", kind);
        using var second = Task(first.Journal);

        await second.Run();

        Assert.Empty(Tool(second).Calls);
        var told = Assert.Single(second.Journal.Payloads("tool.finished"));
        Assert.Equal("denied", told["status"]!.GetValue<string>());
        Assert.NotEqual("", told["result"]!.GetValue<string>());
    }

    [Fact]
    public async Task An_answer_to_other_arguments_does_not_count()
    {
        using var first = Task(new MemoryJournal());
        var approval = await Suspended(first);
        approval.Digest = ActionDigest.Of("change", """{"n":"other"}""");
        Answer(first.Journal, approval, "approved", "once");
        using var second = Task(first.Journal);

        Assert.Equal("one", (await Suspended(second)).CallId);
        Assert.Empty(Tool(second).Calls);
    }

    [Fact]
    public async Task A_call_whose_preview_fails_is_refused_without_asking_a_person_and_the_model_is_told_why()
    {
        using var task = Task(new MemoryJournal());
        Tool(task).Fault = argument => argument == "1" ? "There is no 1." : null;

        Assert.Equal("two", (await Suspended(task)).CallId);

        Assert.Empty(Tool(task).Calls);
        var told = Assert.Single(task.Journal.Payloads("tool.finished"));
        Assert.Equal(
            ("one", "error", "There is no 1."),
            (told["call_id"]!.GetValue<string>(), told["status"]!.GetValue<string>(), told["result"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_rule_that_denies_needs_no_person()
    {
        using var task = Task(new MemoryJournal(), new PermissionRule { Tool = "change", Action = PermissionAction.Deny });

        Assert.Equal(new AttemptOutcome.Completed("done"), await task.Run());
        Assert.Empty(Tool(task).Calls);
        Assert.All(task.Journal.Payloads("tool.finished"), call => Assert.Equal("denied", call["status"]!.GetValue<string>()));
    }

    private static AgentHarness Task(MemoryJournal journal, params PermissionRule[] rules) => new(
        new ScriptedModel(
            ScriptedModel.Calls(("one", "change", """{"n": "1"}"""), ("two", "change", """{"n": "2"}""")), ScriptedModel.Says("done")),
        new CountingTool("change", readOnly: false))
    {
        Journal = journal,
        Rules = [.. rules],
    };

    private static CountingTool Tool(AgentHarness task) => (CountingTool)task.Tools[0];

    private static async Task<ApprovalRequest> Suspended(AgentHarness task) =>
        Assert.IsType<AttemptOutcome.Suspended>(await task.Run()).Approval;

    private static void Answer(
        MemoryJournal journal, ApprovalRequest approval, string decision, string scope, string kind = "approval.answered")
    {
        var id = $"apr_{approval.CallId}";
        journal.Add(
            "approval.requested",
            new JsonObject
            {
                ["approval_id"] = id,
                ["call_id"] = approval.CallId,
                ["tool"] = approval.Tool,
                ["arguments"] = JsonNode.Parse(approval.Arguments),
                ["risk"] = approval.Risk,
                ["digest"] = approval.Digest,
                ["expires_at"] = "2026-01-01T00:00:00Z",
            });
        journal.Add(
            kind,
            kind == "approval.expired"
                ? new JsonObject { ["approval_id"] = id, ["call_id"] = approval.CallId }
                : new JsonObject
                {
                    ["approval_id"] = id,
                    ["call_id"] = approval.CallId,
                    ["decision"] = decision,
                    ["by"] = "ann",
                    ["scope"] = scope,
                });
    }
}
