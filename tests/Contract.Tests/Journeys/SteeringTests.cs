using System.Text.Json.Nodes;
using Koda.Contract.Tests.Runtime;
using Koda.Testing;
using Koda.Testing.Hosting;
using Xunit;

namespace Koda.Contract.Tests.Journeys;

/// <summary>Which task runs when, and what people do to running ones.</summary>
public sealed class SteeringTests(WorkingKodaFixture koda) : IClassFixture<WorkingKodaFixture>
{
    private const string OneAtATime = """{"max_concurrent_tasks":1}""";

    private KodaHost Host => koda.Host;

    [Fact]
    public async Task An_agent_at_its_limit_leaves_the_next_task_queued_with_the_reason()
    {
        await using var model = await HeldModel.Start();
        await Host.Define("one-at-a-time", model.Server, limits: OneAtATime);
        var first = await Host.Submit("one-at-a-time", "first");
        Assert.Equal("first", await model.NextAsked());
        var second = await Host.Submit("one-at-a-time", "second");

        await Eventually.IsTrue(
            async () => (await Read(second)).At("status_reason", "code") == "agent.concurrency_limit", "The reason is visible.");
        var agent = (await Host.Rest.Get("/api/runtime/agents/one-at-a-time")).Json;
        Assert.Equal(("queued", "running"), ((await Read(second)).At("status"), (await Read(first)).At("status")));
        Assert.Equal((1, 1), (agent["running_tasks"]!.GetValue<int>(), agent["queued_tasks"]!.GetValue<int>()));

        model.Release("first");
        Assert.Equal("second", await model.NextAsked());
        model.Release("second");
        Assert.Equal(("Done: first", "Done: second"), ((await Host.Follow(first)).At("output"), (await Host.Follow(second)).At("output")));
    }

    [Fact]
    public async Task Tasks_of_a_higher_priority_run_first_and_equals_in_their_order()
    {
        await using var model = await HeldModel.Start();
        await Host.Define("by-priority", model.Server, limits: OneAtATime);
        await Host.Submit("by-priority", "blocker");
        Assert.Equal("blocker", await model.NextAsked());
        foreach (var (query, priority) in new[] { ("low", -5), ("early", 0), ("late", 0), ("high", 50) })
            Assert.Equal(
                202,
                (
                    await Host.Rest.Post(TaskCalls.Tasks, $$"""{"agent_id":"by-priority","query":"{{query}}","priority":{{priority}}}""")
                ).Status);

        var order = new List<string>();
        for (var last = "blocker"; order.Count < 4; order.Add(last))
        {
            model.Release(last);
            last = await model.NextAsked();
        }
        model.Release(order[^1]);

        Assert.Equal(["high", "early", "late", "low"], order);
    }

    [Fact]
    public async Task A_running_task_is_cancelled_and_its_slot_is_free_again()
    {
        await using var model = await HeldModel.Start();
        await Host.Define("cancelled", model.Server, limits: OneAtATime);
        var task = await Host.Submit("cancelled", "endless");
        await model.NextAsked();

        Assert.Equal(200, (await Host.Rest.Post($"{TaskCalls.Tasks}/{task}/cancel", """{"reason":"wrong branch"}""")).Status);

        var ended = await Host.Follow(task);
        Assert.Equal(("failed", "task.cancelled"), (ended.At("status"), ended.At("error", "code")));
        await Host.Submit("cancelled", "next");
        Assert.Equal("next", await model.NextAsked());
        model.Release("next");
    }

    [Fact]
    public async Task A_running_task_pauses_after_its_step_and_goes_on_when_resumed()
    {
        await using var model = await ScriptedModel.Start(
            ModelTurn.Call("call_1", "bash", """{"command":"touch begun; while [ ! -e go ]; do sleep 0.05; done"}"""),
            ModelTurn.Say("Went on."));
        var workspace = Directory.CreateTempSubdirectory("koda-pause-");
        try
        {
            await Host.Define("pausable", model, tools: """["bash"]""", permissions: """[{"tool":"*","action":"allow"}]""");
            var task = await Host.SubmitIn(workspace.FullName, "pausable", "Go.");
            await Eventually.IsTrue(() => Task.FromResult(File.Exists(Path.Combine(workspace.FullName, "begun"))), "The command runs.");

            Assert.Equal("task.pause_requested", (await Steer(task, "pause")).At("status_reason", "code"));
            await File.WriteAllTextAsync(Path.Combine(workspace.FullName, "go"), "");
            await Host.Reach(task, "task.paused");
            Assert.Equal(("paused", "task.paused"), ((await Read(task)).At("status"), (await Read(task)).At("status_reason", "code")));
            Assert.Single(model.Requests);

            Assert.Equal("queued", (await Steer(task, "resume")).At("status"));
            Assert.Equal("Went on.", (await Host.Follow(task)).At("output"));
            Assert.Equal("ok", Assert.Single(await Host.Steps(task, "tool_call")).At("status"));
        }
        finally
        {
            workspace.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_failed_attempt_is_repeated_after_its_pause_until_the_policy_ends()
    {
        await using var model = await HeldModel.Start();
        await Host.Define(
            "slow",
            model.Server,
            limits: """{"timeout_seconds":1}""",
            retry: """{"max_attempts":2,"initial_delay_ms":300,"max_delay_ms":400}"""
        );
        var task = await Host.Submit("slow", "never answered");

        var events = new List<(string Kind, JsonNode Payload)>();
        var ended = await Host.Follow(task, item =>
        {
            events.Add((item.Kind, JsonNode.Parse(item.Payload)!));
            return Task.CompletedTask;
        });

        Assert.Equal(("failed", "attempt.timeout", "2"), (ended.At("status"), ended.At("error", "code"), ended.At("attempt")));
        var pause = Assert.Single(events, item => item.Kind == "task.retrying").Payload;
        Assert.Equal("attempt.timeout", pause.At("error", "code"));
        Assert.InRange(pause["delay_ms"]!.GetValue<long>(), 150, 300);
        Assert.Equal(2, events.Count(item => item.Kind == "task.started"));
        Assert.Contains(task, await DeadLetters("slow"));
    }

    [Fact]
    public async Task A_provider_that_asks_for_a_long_pause_gets_it_and_the_task_says_so()
    {
        await DefineFailing("limited", "provider.rate_limited", retryable: true, """{"max_attempts":2}""", retryAfterMs: 61_000);
        var task = await Host.Submit("limited", "Fail.");

        // It costs the task none of its attempts: the connection cools down, and the task is queued until that is over.
        await Eventually.IsTrue(
            async () => (await Read(task)).At("status_reason", "code") == "provider.cooldown", "the task waits for its provider");
        Assert.Equal("queued", (await Read(task)).At("status"));
        Assert.Equal("failed", (await Steer(task, "cancel")).At("status"));
    }

    [Fact]
    public async Task What_fails_for_good_is_a_dead_letter_until_it_is_retried()
    {
        await DefineFailing("dying", "provider.overloaded", retryable: false, """{"max_attempts":3}""");
        var task = await Host.Submit("dying", "Fail.");

        var ended = await Host.Follow(task);

        Assert.Equal(("failed", "provider.overloaded", "1"), (ended.At("status"), ended.At("error", "code"), ended.At("attempt")));
        Assert.Contains(task, await DeadLetters("dying"));
        // While its agent stands still nobody takes it, and fails it again, before one can look.
        Assert.Equal(200, (await Host.Rest.Post("/api/control-plane/agents/dying/pause")).Status);
        Assert.Equal("queued", (await Steer(task, "retry")).At("status"));
        Assert.DoesNotContain(task, await DeadLetters("dying"));
        Assert.Equal(200, (await Host.Rest.Post("/api/control-plane/agents/dying/activate")).Status);
        await Eventually.IsTrue(async () => (await Read(task)).At("status") == "failed", "The task failed again.");
        Assert.Equal("2", (await Read(task)).At("attempt"));
        Assert.Contains(task, await DeadLetters("dying"));
    }

    [Fact]
    public async Task Codes_that_the_policy_names_are_not_retried()
    {
        await DefineFailing(
            "picky",
            "provider.rate_limited",
            retryable: true,
            """{"max_attempts":3,"non_retryable":["provider.rate_limited"]}""",
            retryAfterMs: 61_000);

        var ended = await Host.Follow(await Host.Submit("picky", "Fail."));

        Assert.Equal(("failed", "1"), (ended.At("status"), ended.At("attempt")));
    }

    private async Task DefineFailing(string agent, string code, bool retryable, string retry, int retryAfterMs = 0)
    {
        var error = $$"""{"code":"{{code}}","retryable":{{(retryable ? "true" : "false")}},"retry_after_ms":{{retryAfterMs}},"times":9}""";
        var reply = await Host.Rest.Put(
            $"/api/control-plane/agents/{agent}",
            $$$"""{"provider":{"kind":"offline","options":{"script":[{"error":{{{error}}}}]}},"retry":{{{retry}}}}"""
        );
        Assert.True(reply.Status == 200, reply.Text);
    }

    private async Task<IReadOnlyList<string>> DeadLetters(string agent)
    {
        var reply = await Host.Rest.Get($"/api/runtime/dead-letters?agent_id={agent}");
        return [.. reply.Json["items"]!.AsArray().Select(task => task!.At("id"))];
    }

    private async Task<JsonNode> Read(string task) => (await Host.Rest.Get($"{TaskCalls.Tasks}/{task}")).Json;

    private async Task<JsonNode> Steer(string task, string command)
    {
        var reply = await Host.Rest.Post($"{TaskCalls.Tasks}/{task}/{command}");
        Assert.True(reply.Status == 200, reply.Text);
        return reply.Json;
    }
}
