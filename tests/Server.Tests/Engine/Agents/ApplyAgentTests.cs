using Koda.Protos.Common.V1;
using Koda.Server.Engine;
using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Audit;
using Koda.Server.Engine.Providers;
using Koda.Testing;
using Xunit;

namespace Koda.Server.Tests.Engine.Agents;

public sealed class ApplyAgentTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly AgentDefinition s_definition = new()
    {
        Name = "Scout",
        Provider = new AgentProvider("openai", "http://localhost:1/v1", """{"temperature":0}"""),
        Tools = ["read"],
    };

    [Fact]
    public async Task The_same_definition_again_changes_nothing_and_another_one_is_the_next_version()
    {
        await using var server = await EngineServer.Start(postgres, dispatching: false);
        var apply = server.Get<ApplyAgent>();

        var first = await apply.Execute("scout", s_definition, "sk-test-1234567890", default);
        var same = await apply.Execute("scout", s_definition, "", default);
        var next = await apply.Execute("scout", s_definition with { Name = "Scout 2", MaxConcurrentTasks = 3 }, "", default);

        Assert.Equal((1, true), (first.Version, first.Changed));
        Assert.Equal((1, false, first.PublishedAt), (same.Version, same.Changed, same.PublishedAt));
        Assert.Equal((2, true), (next.Version, next.Changed));
        var agent = await server.Get<GetAgent>().Execute("scout", default);
        Assert.Equal(
            (AgentState.Active, 2, "Scout 2", 3),
            (agent.State, agent.PublishedVersion, agent.Definition.Name, agent.Definition.MaxConcurrentTasks));
    }

    [Fact]
    public async Task The_key_is_kept_with_the_connection_and_not_in_the_definition()
    {
        await using var server = await EngineServer.Start(postgres, dispatching: false);

        await server.Get<ApplyAgent>().Execute("keyed", s_definition, "sk-test-1234567890", default);
        await server.Get<ApplyAgent>().Execute("keyed", s_definition, "", default);

        var access = await server.Get<OpenProvider>().Access("agent-keyed", default);
        Assert.Equal(new ProviderAccess("openai", "http://localhost:1/v1", "sk-test-1234567890"), access);
        Assert.DoesNotContain(
            "sk-test", EngineJson.Write((await server.Get<GetAgent>().Execute("keyed", default)).Definition), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stored_key_is_not_sent_to_another_address()
    {
        await using var server = await EngineServer.Start(postgres, dispatching: false);
        await server.Get<ApplyAgent>().Execute("moved", s_definition, "sk-test-1234567890", default);

        var elsewhere = s_definition with { Provider = s_definition.Provider! with { BaseUrl = "https://elsewhere.example/v1" } };
        await server.Get<ApplyAgent>().Execute("moved", elsewhere, "", default);

        Assert.Equal("", (await server.Get<OpenProvider>().Access("agent-moved", default)).ApiKey);
    }

    [Fact]
    public async Task Every_problem_is_named_at_once()
    {
        await using var server = await EngineServer.Start(postgres, dispatching: false);
        var faulty = new AgentDefinition
        {
            Provider = new AgentProvider("gopher", "ftp://x", "[]"),
            Tools = ["read", "teleport"],
            Permissions = [new PermissionRule("fly", "", PermissionAction.Ask)],
            Limits = new AgentLimits { MaxIterations = -1 },
            MaxConcurrentTasks = -1,
            Retry = new RetryPolicy { MaxAttempts = 0, InitialDelayMs = 5, MaxDelayMs = 1 },
        };

        var refusal = await Assert.ThrowsAsync<EngineException>(() => server.Get<ApplyAgent>().Execute("Not An Id", faulty, "", default));

        Assert.Equal(ErrorReason.AgentInvalid, refusal.Reason);
        Assert.Equal(
            [
                "agent_id", "limits.max_concurrent_tasks", "limits.max_iterations", "permissions[0].tool", "provider.base_url",
                "provider.kind", "provider.options", "retry.max_attempts", "retry.max_delay_ms", "tools[1]",
            ],
            refusal.Details.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Two_changes_at_once_get_versions_of_their_own()
    {
        await using var server = await EngineServer.Start(postgres, dispatching: false);

        var applied = await Task.WhenAll(Enumerable.Range(0, 8).Select(
            i => server.Get<ApplyAgent>().Execute("raced", s_definition with { Description = $"{i}" }, "", default)));

        Assert.Equal(Enumerable.Range(1, 8), applied.Select(version => version.Version).Order());
    }

    [Fact]
    public async Task An_agent_that_many_create_at_once_is_created_once_and_changed_by_the_others()
    {
        await using var server = await EngineServer.Start(postgres, dispatching: false);

        for (var round = 0; round < 100; round++)
        {
            var id = $"new-{round}";
            var applied = await Task.WhenAll(Enumerable.Range(0, 8).Select(
                i => server.Get<ApplyAgent>().Execute(id, s_definition with { Description = $"{i}" }, "", default)));

            Assert.Equal(Enumerable.Range(1, 8), applied.Select(version => version.Version).Order());
        }
    }

    [Fact]
    public async Task Agents_that_come_with_koda_are_seeded_once_and_left_to_their_owner()
    {
        await using var server = await EngineServer.Start(postgres, dispatching: false);
        var seed = server.Get<SeedBuiltInAgents>();
        await seed.Execute(default);
        await server.Get<ApplyAgent>().Execute("atlas", s_definition, "", default);
        await server.Get<DeleteAgent>().Execute(Caller.System, "planner", default);

        await seed.Execute(default);

        var agents = await server.Get<ListAgents>().Execute(AgentState.Active, 200, null, default);
        Assert.Superset(new HashSet<string> { "engineer", "explorer", "atlas" }, agents.Items.Select(agent => agent.Id).ToHashSet());
        Assert.Equal("Scout", agents.Items.Single(agent => agent.Id == "atlas").Definition.Name);
        Assert.DoesNotContain(agents.Items, agent => agent.Id == "planner");
    }

    [Fact]
    public async Task Lists_page_by_id()
    {
        await using var server = await EngineServer.Start(postgres, dispatching: false);
        foreach (var id in new[] { "p-a", "p-b", "p-c" })
            await server.Publish(id);
        var list = server.Get<ListAgents>();

        var all = (await list.Execute(null, 200, null, default)).Items.Select(agent => agent.Id).ToList();
        var first = await list.Execute(null, 2, null, default);
        var second = await list.Execute(null, 2, first.NextCursor, default);

        Assert.Equal(all.Take(4), first.Items.Concat(second.Items).Select(agent => agent.Id));
    }
}
