using System.Text.Json.Nodes;
using Koda.Contract.Tests.Journeys;
using Koda.Testing;
using Koda.Testing.Hosting;
using Xunit;

namespace Koda.Contract.Tests.Runtime;

/// <summary>Which workers there are, and that commands without a sandbox are never a surprise.</summary>
public sealed class WorkerTests(KodaFixture koda) : IClassFixture<KodaFixture>
{
    private const string Workers = "/api/runtime/workers";
    private const string Code = "worker.commands_unconfined";
    private const string Why = "It is switched off.";

    private KodaHost Host => koda.Host;

    [Fact]
    public async Task A_task_whose_commands_would_run_without_a_sandbox_says_so_when_it_is_submitted_and_asks_for_each()
    {
        await using var model = await ScriptedModel.Start(
            ModelTurn.Call("call_1", "bash", """{"command":"ls"}"""),
            ModelTurn.Say("Listed."));
        await Host.Define("runner", model, tools: """["bash"]""", permissions: """[{"tool":"bash","action":"allow"}]""");
        Assert.Empty(Warnings(await Submit("runner", priority: -1)));
        Host.StartWorker(options =>
            options with { WorkerId = "careful", Name = "careful", UnconfinedCommands = false, AgentIds = ["runner", "atlas"] });
        var worker = await Connected("careful");
        Assert.Equal(("asked", Why), (worker.At("commands"), worker.At("unconfined_reason")));

        JsonNode submitted = new JsonObject();
        // Workers are looked at at most once a second.
        await Eventually.IsTrue(async () => Warnings(submitted = await Submit("runner")).Count > 0, "The submission warns.");

        var warning = Assert.Single(Warnings(submitted))!;
        Assert.Equal(Code, warning.At("code"));
        Assert.Contains(Why, warning.At("message"), StringComparison.Ordinal);
        Assert.Contains("each of them is asked about", warning.At("message"), StringComparison.Ordinal);
        Assert.Empty(Warnings(await Submit("atlas")));
        var asked = await Host.Reach(submitted.At("id"), "approval.requested");
        Assert.Contains($"Runs without a sandbox: {Why}", asked.Payload, StringComparison.Ordinal);
        var audit = await Host.Steps(submitted.At("id"), "audit_event");
        Assert.Equal(
            ("security.commands_unconfined", "false"),
            (audit[0].At("audit_event", "kind"), audit[0].At("audit_event", "payload", "accepted")));
        Assert.Empty(Warnings((await Host.Rest.Get($"{TaskCalls.Tasks}/{submitted.At("id")}")).Json));
    }

    [Fact]
    public async Task A_worker_that_was_started_to_run_them_is_shown_as_such_and_asks_nothing()
    {
        await using var model = await ScriptedModel.Start(
            ModelTurn.Call("call_1", "bash", """{"command":"ls"}"""),
            ModelTurn.Say("Listed."));
        await Host.Define("free-runner", model, tools: """["bash"]""", permissions: """[{"tool":"bash","action":"allow"}]""");
        Host.StartWorker(options => options with { WorkerId = "free", Name = "free", AgentIds = ["free-runner"] });
        Assert.Equal("unconfined", (await Connected("free")).At("commands"));

        JsonNode submitted = new JsonObject();
        await Eventually.IsTrue(async () => Warnings(submitted = await Submit("free-runner")).Count > 0, "The submission warns.");

        Assert.Contains("--unconfined-commands", Assert.Single(Warnings(submitted))!.At("message"), StringComparison.Ordinal);
        Assert.Equal("completed", (await Host.Follow(submitted.At("id"))).At("status"));
    }

    private async Task<JsonNode> Submit(string agent, int priority = 0)
    {
        var reply = await Host.Rest.Post(TaskCalls.Tasks, $$"""{"agent_id":"{{agent}}","query":"Run it.","priority":{{priority}}}""");
        Assert.True(reply.Status == 202, reply.Text);
        return reply.Json;
    }

    private async Task<JsonNode> Connected(string id)
    {
        JsonNode? found = null;
        await Eventually.IsTrue(
            async () =>
                (found = (await Host.Rest.Get(Workers)).Json["items"]!.AsArray().FirstOrDefault(worker => worker!.At("id") == id))
                    is not null,
            "The worker is listed.");
        return found!;
    }

    private static JsonArray Warnings(JsonNode task) => task["warnings"]?.AsArray() ?? [];
}
