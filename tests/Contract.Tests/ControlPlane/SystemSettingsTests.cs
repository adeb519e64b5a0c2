using Koda.Client;
using Koda.Contract.Tests.Journeys;
using Koda.Contract.Tests.Runtime;
using Koda.Protos.Common.V1;
using Koda.Protos.ControlPlane.V1;
using Koda.Testing;
using Koda.Testing.Hosting;
using Xunit;

namespace Koda.Contract.Tests.ControlPlane;

/// <summary>Settings of the installation, on two servers over one database.</summary>
public sealed class SystemSettingsTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private const string Settings = "/api/control-plane/system-settings";

    private KodaHost _here = null!;
    private KodaHost _there = null!;

    public async Task InitializeAsync()
    {
        _here = await KodaHost.Start(postgres.ConnectionString);
        _there = await KodaHost.Start(postgres.ConnectionString);
        await _here.Rest.Put(Settings, "{}");
    }

    public async Task DisposeAsync()
    {
        await _there.DisposeAsync();
        await _here.DisposeAsync();
    }

    [Fact]
    public async Task A_change_names_its_fields_and_leaves_the_others()
    {
        await _here.Rest.Patch(Settings, """{"allowed_users":["ci"],"defaults":{"max_cost_usd":2.5,"max_tokens":9}}""");

        var changed = await _here.Rest.Patch(
            Settings,
            """{"allowed_users":[],"defaults":{"max_tokens":null},"policy":{"default_tool_action":"deny"}}"""
        );

        Assert.Equal(200, changed.Status);
        Assert.Empty(changed.Json["allowed_users"]!.AsArray());
        Assert.Equal(
            (2.5, 0L),
            (changed.Json["defaults"]!["max_cost_usd"]!.GetValue<double>(), changed.Json["defaults"]!["max_tokens"]!.GetValue<long>()));
        Assert.Equal("deny", changed.Json["policy"]!["default_tool_action"]!.GetValue<string>());
        Assert.True(changed.Json["policy"]!["accept_tasks"]!.GetValue<bool>());
        Assert.Equal(changed.Text, (await _here.Rest.Get(Settings)).Text);
    }

    [Fact]
    public async Task Over_gRPC_a_change_without_a_mask_leaves_what_it_does_not_set()
    {
        await _here.Rest.Patch(Settings, """{"defaults":{"max_cost_usd":2.5},"policy":{"default_tool_action":"deny"}}""");

        var changed = await _here.Client.Settings.PatchAsync(new SystemSettings { Defaults = new() { MaxTokens = 3 } });

        Assert.Equal(
            (2.5, 3L, ToolAction.Deny), (changed.Defaults.MaxCostUsd, changed.Defaults.MaxTokens, changed.Policy.DefaultToolAction));
    }

    [Fact]
    public async Task A_replacement_sets_what_it_does_not_name_to_its_default()
    {
        await _here.Rest.Patch(Settings, """{"defaults":{"timeout_seconds":60},"policy":{"accept_tasks":false}}""");

        var replaced = await _here.Rest.Put(Settings, """{"defaults":{"max_iterations":5}}""");

        Assert.Equal(
            (5, 0),
            (replaced.Json["defaults"]!["max_iterations"]!.GetValue<int>(), replaced.Json["defaults"]!["timeout_seconds"]!.GetValue<int>())
        );
        Assert.True(replaced.Json["policy"]!["accept_tasks"]!.GetValue<bool>());
    }

    [Fact]
    public async Task Every_fault_is_named_and_nothing_is_changed()
    {
        var before = await _here.Rest.Get(Settings);

        (
            await _here.Rest.Patch(
                Settings,
                """{"allowed_users":["ok"," "],"defaults":{"max_tokens":-1},"policy":{"approval_timeout_seconds":-5}}"""
            ))
            .IsRefused(400, "request.invalid")
            .BlamesFields("allowed_users[1]", "defaults.max_tokens", "policy.approval_timeout_seconds");
        (await _here.Rest.Patch(Settings, """{"colour":1,"defaults":{"max_tokens":"many"}}"""))
            .IsRefused(400, "request.invalid")
            .BlamesFields("colour", "defaults.max_tokens");
        (await _here.Rest.Patch(Settings + "?update_mask=colour", "{}")).IsRefused(400, "request.invalid").BlamesFields("update_mask");
        (await _here.Rest.Patch(Settings, """{"defaults":{"agent_id":"nobody"}}""")).IsRefused(404, "agent.not_found");

        Assert.Equal(before.Text, (await _here.Rest.Get(Settings)).Text);
    }

    [Theory]
    [InlineData("\"NaN\"", "request.invalid")]
    [InlineData("\"Infinity\"", "request.invalid")]
    [InlineData("1e300", "agent.invalid")]
    public async Task A_budget_that_cannot_be_counted_is_refused_since_it_would_be_none(string amount, string codeOfAgents)
    {
        (await _here.Rest.Patch(Settings, $$$"""{"defaults":{"max_cost_usd":{{{amount}}}}}"""))
            .IsRefused(400, "request.invalid")
            .BlamesFields("defaults.max_cost_usd");
        (await _here.Rest.Put("/api/control-plane/agents/spender", $$$"""{"limits":{"max_cost_usd":{{{amount}}}}}"""))
            .IsRefused(400, codeOfAgents)
            .BlamesFields("limits.max_cost_usd");
        (await _here.Rest.Post(TaskCalls.Tasks, $$$"""{"agent_id":"explorer","query":"x","context":{"max_cost_usd":{{{amount}}}}}"""))
            .IsRefused(400, "request.invalid").BlamesFields("context.max_cost_usd");
    }

    [Fact]
    public async Task A_change_of_an_older_revision_is_refused()
    {
        var revision = (await _here.Rest.Patch(Settings, """{"defaults":{"max_tokens":1}}""")).Json["revision"]!.GetValue<long>();
        await _there.Rest.Patch(Settings, """{"defaults":{"max_tokens":2}}""");

        var details = (await _here.Rest.Patch(Settings, $$$"""{"revision":{{{revision}}},"defaults":{"max_tokens":3}}""")).IsRefused(
            409, "settings.conflict");
        var fault = await Assert.ThrowsAsync<KodaException>(() =>
            _here.Client.Settings.PatchAsync(new SystemSettings { Revision = revision, Defaults = new() { MaxTokens = 3 } }));

        Assert.Equal($"{revision + 1}", details["revision"]!.GetValue<string>());
        Assert.Equal(ErrorReason.SettingsConflict, fault.Reason);
    }

    [Fact]
    public async Task A_task_that_names_no_agent_goes_to_the_default_one_and_without_one_is_refused()
    {
        (await _there.Rest.Post(TaskCalls.Tasks, """{"query":"x"}""")).IsRefused(400, "request.invalid").BlamesFields("agent_id");

        await _here.Rest.Patch(Settings, """{"defaults":{"agent_id":"explorer"}}""");

        await Eventually.IsTrue(
            async () => (await _there.Rest.Post(TaskCalls.Tasks, """{"query":"x"}"""))["agent_id"] == "explorer",
            "The other server has heard of it.");
    }

    [Fact]
    public async Task Switched_off_tasks_are_refused_on_every_server_until_they_are_switched_on()
    {
        await _here.Rest.Patch(Settings, """{"policy":{"accept_tasks":false}}""");

        var refusal = await _here.Rest.Post(TaskCalls.Tasks, """{"agent_id":"atlas","query":"x"}""");
        Assert.Equal("tasks_switched_off", refusal.IsRefused(503, "runtime.unavailable")["reason"]!.GetValue<string>());
        Assert.NotNull(refusal.Headers.RetryAfter);
        await Eventually.IsTrue(
            async () => (await _there.Rest.Post(TaskCalls.Tasks, """{"agent_id":"atlas","query":"x"}""")).Status == 503,
            "The other server has heard of it.");

        await _here.Rest.Patch(Settings, """{"policy":{"accept_tasks":null}}""");
        await _here.Submit();
    }

    [Fact]
    public async Task A_list_of_users_keeps_other_tokens_out_on_every_server_but_not_the_machine_itself()
    {
        var ci = _there.Anonymous((await _here.NewToken("control_plane"))["token"]);
        await _here.Rest.Patch(Settings, """{"allowed_users":["dashboard"]}""");

        await Eventually.IsTrue(async () => (await ci.Get("/api/runtime/tasks")).Status == 403, "The other server has heard of the list.");
        Assert.Equal("ci", (await ci.Get("/api/runtime/tasks")).IsRefused(403, "auth.forbidden")["user"]!.GetValue<string>());
        Assert.Equal(200, (await ci.Get("/api/control-plane/onboarding/status")).Status);

        await _here.Rest.Patch(Settings, """{"allowed_users":["dashboard","ci"]}""");
        await Eventually.IsTrue(
            async () => (await ci.Get("/api/runtime/tasks")).Status == 200, "The other server has heard of the change.");
    }

    [Fact]
    public async Task Tools_that_no_rule_names_are_used_refused_or_asked_for_as_the_policy_says()
    {
        await using var model = await ScriptedModel.Start(
            ModelTurn.Call("call_1", "write", """{"path":"note.txt","content":"hello"}"""), ModelTurn.Say("Done."));
        await _here.Define("writer", model, tools: """["write"]""");
        await _here.Rest.Patch(Settings, """{"policy":{"default_tool_action":"deny"},"defaults":{"max_iterations":7}}""");
        _here.StartWorker(options => options with { AgentIds = ["writer"] });

        var task = await _here.Submit("writer", "Write a note.");
        await _here.Follow(task);

        Assert.False(File.Exists(Path.Combine(_here.Workspace, "note.txt")));
        Assert.Empty((await _here.Rest.Get($"/api/runtime/approvals?task_id={task}")).Json["items"]!.AsArray());
    }
}
