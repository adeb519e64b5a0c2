using System.Text.Json.Nodes;
using Koda.Contract.Tests.Runtime;
using Koda.Testing.Hosting;
using Xunit;

namespace Koda.Contract.Tests.Journeys;

/// <summary>The main job: an agent finds and repairs a failing test in a small package, and asks before it writes.</summary>
public sealed class RepairTests(WorkingKodaFixture koda) : IClassFixture<WorkingKodaFixture>, IAsyncLifetime
{
    private const string Faulty =
        "export function average(numbers) {\n  return numbers.reduce((sum, n) => sum + n, 0) / (numbers.length + 1);\n}\n";
    private const string Test = """
        import test from "node:test";
        import assert from "node:assert/strict";
        import { average } from "./average.js";
        test("averages", () => assert.equal(average([2, 4, 6]), 4));
        """;

    private readonly DirectoryInfo _package = Directory.CreateTempSubdirectory("koda-package-");

    private KodaHost Host => koda.Host;

    private string Source => Path.Combine(_package.FullName, "average.js");

    public async Task InitializeAsync()
    {
        await File.WriteAllTextAsync(
            Path.Combine(_package.FullName, "package.json"),
            """{"name":"tiny","type":"module","scripts":{"test":"node --test"}}"""
        );
        await File.WriteAllTextAsync(Path.Combine(_package.FullName, "average.test.js"), Test);
        await File.WriteAllTextAsync(Source, Faulty);
    }

    public Task DisposeAsync()
    {
        _package.Delete(recursive: true);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task A_failing_test_is_found_repaired_with_approval_and_green_at_the_end()
    {
        await using var model = await StartModel("The divisor was one too many; the test is green now.");
        await Define("repairer", model);
        var task = await Host.SubmitIn(_package.FullName, "repairer", "The test fails. Repair the code.");

        var ended = await Host.Follow(task, async item =>
        {
            if (item.Kind == "approval.requested")
                await Approve(task);
        });

        Assert.Equal("completed", ended.At("status"));
        Assert.Equal("The divisor was one too many; the test is green now.", ended.At("output"));
        Assert.Equal(
            Faulty.Replace("(numbers.length + 1)", "numbers.length", StringComparison.Ordinal), await File.ReadAllTextAsync(Source));
        await ShowsTheWork(task);
        ShowsTheCost(ended);
        await TraceAddsUp(task, ended["usage"]!);
        Assert.Contains(model.Requests, request => request.ToJsonString().Contains("# fail 1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_denied_write_is_not_made_and_the_agent_is_told()
    {
        await using var model = await StartModel("I was not allowed to repair it.");
        await Define("denied-repairer", model);
        var task = await Host.SubmitIn(_package.FullName, "denied-repairer", "The test fails. Repair the code.");

        var ended = await Host.Follow(task, async item =>
        {
            if (item.Kind == "approval.requested")
                Assert.Equal(200, (await Answer(await Pending(task), "deny")).Status);
        });

        Assert.Equal("completed", ended.At("status"));
        Assert.Equal(Faulty, await File.ReadAllTextAsync(Source));
        var edit = Assert.Single(await Host.Steps(task, "tool_call"), step => step.At("tool_call", "tool") == "edit");
        Assert.Equal(("denied", "denied"), (edit.At("status"), edit.At("tool_call", "approval", "decision")));
    }

    private static Task<ScriptedModel> StartModel(string last) => ScriptedModel.Start(
        ModelTurn.Call("call_1", "bash", """{"command":"node --test --test-reporter=tap"}"""),
        ModelTurn.Call("call_2", "read", """{"path":"average.js"}"""),
        ModelTurn.Call("call_3", "edit", """{"path":"average.js","old_text":"(numbers.length + 1)","new_text":"numbers.length"}"""),
        ModelTurn.Call("call_4", "bash", """{"command":"node --test --test-reporter=tap"}"""),
        ModelTurn.Say(last));

    private Task Define(string agent, ScriptedModel model) => Host.Define(
        agent, model, tools: """["read","edit","bash"]""", permissions: """[{"tool":"bash","pattern":"node --test*","action":"allow"}]""");

    /// <summary>Approves what waits: not with another action's digest, then with its own, and no other answer after that.</summary>
    private async Task Approve(string task)
    {
        var approval = await Pending(task);
        Assert.Equal("edit", approval.At("tool"));
        Assert.Equal("average.js", approval.At("arguments", "path"));
        Assert.Contains(
            "-  return numbers.reduce((sum, n) => sum + n, 0) / (numbers.length + 1);", approval.At("preview"), StringComparison.Ordinal);
        Assert.Equal(Faulty, await File.ReadAllTextAsync(Source));

        (await Answer(approval, "approve", new string('0', 64))).IsRefused(400, "request.invalid").BlamesFields("digest");
        var answered = await Answer(approval, "approve");
        Assert.Equal(("approved", "once", "reviewed"), (answered["state"], answered["scope"], answered["rationale"]));
        Assert.Equal(200, (await Answer(approval, "approve")).Status);
        (await Answer(approval, "deny")).IsRefused(409, "approval.already_answered");
    }

    private async Task<JsonNode> Pending(string task)
    {
        var waiting = (await Host.Rest.Get($"/api/runtime/approvals?state=pending&task_id={task}")).Json["items"]!.AsArray();
        return Assert.Single(waiting)!;
    }

    private Task<RestReply> Answer(JsonNode approval, string decision, string? digest = null) => Host.Rest.Post(
        $"/api/runtime/approvals/{approval.At("id")}/answer",
        $$"""{"decision":"{{decision}}","rationale":"reviewed","digest":"{{digest ?? approval.At("digest")}}"}""");

    private async Task ShowsTheWork(string task)
    {
        var calls = await Host.Steps(task, "tool_call");
        Assert.Equal(
            [("bash", "error"), ("read", "ok"), ("edit", "ok"), ("bash", "ok")],
            calls.Select(call => (call.At("tool_call", "tool"), call.At("status"))));
        Assert.Contains("# fail 1", calls[0].At("tool_call", "result"), StringComparison.Ordinal);
        Assert.Contains("# fail 0", calls[3].At("tool_call", "result"), StringComparison.Ordinal);
        var edit = calls[2]["tool_call"]!;
        Assert.Contains("+  return numbers.reduce((sum, n) => sum + n, 0) / numbers.length;", edit.At("diff"), StringComparison.Ordinal);
        Assert.Equal("approved", edit.At("approval", "decision"));
        Assert.NotEqual("", edit.At("approval", "decided_by"));
        Assert.NotEqual("", edit.At("approval", "decided_at"));

        var audit = await Host.Steps(task, "audit_event");
        Assert.Equal(
            ["security.commands_unconfined", "approval.requested", "approval.answered"],
            audit.Select(step => step.At("audit_event", "kind")));
        var record = (await Host.Rest.Get($"/api/runtime/approvals/{edit.At("approval", "approval_id")}")).Json;
        Assert.Equal(("approved", task), (record.At("state"), record.At("task_id")));
    }

    private static void ShowsTheCost(JsonNode ended)
    {
        const int calls = 5;
        // gpt-4.1-mini: 0.40 dollars a million input tokens, 1.60 a million output tokens.
        const double cost = calls * ((ModelTurn.InputTokens * 0.40) + (ModelTurn.OutputTokens * 1.60)) / 1_000_000;
        var usage = ended["usage"]!;
        Assert.Equal((calls, 4), (usage["model_calls"]!.GetValue<int>(), usage["tool_calls"]!.GetValue<int>()));
        Assert.Equal(
            (calls * ModelTurn.InputTokens, calls * ModelTurn.OutputTokens),
            (usage["input_tokens"]!.GetValue<int>(), usage["output_tokens"]!.GetValue<int>()));
        Assert.Equal(cost, usage["cost_usd"]!.GetValue<double>(), precision: 6);
    }

    private async Task TraceAddsUp(string task, JsonNode usage)
    {
        var totals = (await Host.Rest.Get($"{TaskCalls.Tasks}/{task}/trace")).Json["totals"]!;
        Assert.Equal(
            (usage["input_tokens"]!.GetValue<long>(), usage["output_tokens"]!.GetValue<long>()),
            (totals["tokens_in"]!.GetValue<long>(), totals["tokens_out"]!.GetValue<long>()));
        Assert.Equal(usage["cost_usd"]!.GetValue<double>(), totals["cost_usd"]!.GetValue<double>(), precision: 6);
    }
}
