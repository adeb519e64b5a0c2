using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Dispatch;
using Koda.Server.Engine.Providers;
using Koda.Server.Engine.Tasks;
using Koda.Server.Infrastructure.Postgres;
using Koda.Testing;
using Npgsql;
using Xunit;

namespace Koda.Server.Tests.Engine.Dispatch;

public sealed class ClaimTasksTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Fact]
    public async Task Two_dispatchers_never_claim_the_same_task()
    {
        await using var one = await EngineServer.Start(postgres, dispatching: false);
        await using var two = await EngineServer.Start(postgres, dispatching: false);
        await one.Publish("shared");
        await Task.WhenAll(Enumerable.Range(0, 120).Select(_ => one.Submit("shared")));

        var claimed = await Task.WhenAll(Drain(one, "a"), Drain(two, "b"));

        var ids = claimed.SelectMany(attempts => attempts).Select(attempt => attempt.Task.Id).ToList();
        Assert.Equal(120, ids.Count);
        Assert.Equal(120, ids.Distinct().Count());

        static async Task<List<ClaimedAttempt>> Drain(EngineServer server, string worker)
        {
            var all = new List<ClaimedAttempt>();
            IReadOnlyList<ClaimedAttempt> claimed;
            do
            {
                claimed = await Claim(server, 7, worker, "shared");
                all.AddRange(claimed);
            }
            while (claimed.Count > 0);
            return all;
        }
    }

    [Fact]
    public async Task The_limit_of_an_agent_holds_across_servers()
    {
        await using var one = await EngineServer.Start(postgres, dispatching: false);
        await using var two = await EngineServer.Start(postgres, dispatching: false);
        await one.Publish("limited", maxConcurrent: 3);
        var tasks = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => one.Submit("limited")));

        var claimed = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Claim(i % 2 == 0 ? one : two, 5, $"w{i}", "limited")));

        Assert.Equal(3, claimed.Sum(attempts => attempts.Count));
        var stored = await Task.WhenAll(tasks.Select(task => one.Read(task.Id)));
        Assert.Equal(9, stored.Count(task => task.QueueReason == QueueReason.AgentConcurrencyLimit));
        Assert.All(stored.Where(task => task.State == TaskState.Running), task => Assert.Equal(QueueReason.None, task.QueueReason));
    }

    [Fact]
    public async Task A_full_agent_does_not_hold_up_the_others()
    {
        await using var server = await EngineServer.Start(postgres, dispatching: false);
        await server.Publish("narrow", maxConcurrent: 1);
        await server.Publish("wide");
        for (var i = 0; i < 5; i++)
            await server.Submit("narrow", priority: 100);
        await server.Submit("wide");

        var claimed = await Claim(server, 4, "w", "narrow", "wide");

        Assert.Equal(["narrow", "wide"], claimed.Select(attempt => attempt.Task.AgentId).Order());
    }

    [Fact]
    public async Task Higher_priority_goes_first_then_age_across_agents()
    {
        await using var server = await EngineServer.Start(postgres, dispatching: false);
        await server.Publish("first");
        await server.Publish("second");
        var old = await server.Submit("first");
        var young = await server.Submit("second");
        var urgent = await server.Submit("second", priority: 5);
        var later = await server.Submit("first", priority: -5);

        var order = new List<Guid>();
        for (var i = 0; i < 4; i++)
            order.Add(Assert.Single(await Claim(server, 1, "w", "first", "second")).Task.Id);

        Assert.Equal([urgent.Id, old.Id, young.Id, later.Id], order);
    }

    [Fact]
    public async Task Workers_get_only_the_agents_and_workspaces_that_they_serve()
    {
        await using var server = await EngineServer.Start(postgres, dispatching: false);
        await server.Publish("homed");
        await server.Publish("foreign");
        await server.Submit("foreign");
        await server.Submit("homed", workspace: "/srv/other");
        var inside = await server.Submit("homed", workspace: "/srv/repos/app");
        var anywhere = await server.Submit("homed");
        await server.Submit("homed", workspace: "/srv/repository");

        var claimed = await server.Get<ClaimTasks>().Execute([new WorkerDemand("w", ["homed"], ["/srv/repos"], 10)], default);

        Assert.Equal([inside.Id, anywhere.Id], claimed.Attempts.Select(attempt => attempt.Task.Id));
    }

    [Fact]
    public async Task Tasks_are_dealt_out_over_the_waiting_workers()
    {
        await using var server = await EngineServer.Start(postgres, dispatching: false);
        await server.Publish("dealt");
        for (var i = 0; i < 6; i++)
            await server.Submit("dealt");

        var claimed = await server
            .Get<ClaimTasks>()
            .Execute(
                [new WorkerDemand("a", ["dealt"], [], 4), new WorkerDemand("b", ["dealt"], [], 4), new WorkerDemand("c", ["none"], [], 4)],
                default);

        Assert.Equal((3, 3), (CountOf(claimed, "a"), CountOf(claimed, "b")));
    }

    [Fact]
    public async Task Workers_that_are_not_alike_take_turns_at_what_each_may_take()
    {
        await using var server = await EngineServer.Start(postgres, dispatching: false);
        await server.Publish("counter");
        for (var i = 0; i < 8; i++)
            await server.Submit("counter");

        var claimed = await server
            .Get<ClaimTasks>()
            .Execute([new WorkerDemand("two", ["counter", "other"], [], 8), new WorkerDemand("own", ["counter"], [], 8)], default);

        Assert.Equal((4, 4), (CountOf(claimed, "two"), CountOf(claimed, "own")));
    }

    [Fact]
    public async Task Workers_for_which_nothing_is_left_are_named_and_no_others()
    {
        await using var server = await EngineServer.Start(postgres, dispatching: false);
        await server.Publish("much");
        await server.Publish("little");
        for (var i = 0; i < 3; i++)
            await server.Submit("much");

        WorkerDemand much = new("m", ["much"], [], 1), little = new("l", ["little"], [], 1);
        var claims = server.Get<ClaimTasks>();
        var claimed = await claims.Execute([much, little], default);

        Assert.Equal([claims.LikenessOf(little)], claimed.Satisfied);
    }

    [Theory]
    [InlineData("counter", "", "own")]
    [InlineData("", "gpu", "own")]
    [InlineData("counter", "gpu,linux", "own")]
    [InlineData("other", "", null)]
    [InlineData("counter", "gpu,mac", null)]
    public async Task A_routed_task_goes_only_to_a_worker_that_has_all_that_it_asks_for(string role, string tags, string? taker)
    {
        await using var server = await EngineServer.Start(postgres, dispatching: false);
        var route = new WorkerRoute { Role = role, Tags = tags.Split(',', StringSplitOptions.RemoveEmptyEntries) };
        await server.Publish("routed", route: route);
        var task = await server.Submit("routed");

        var claimed = await server
            .Get<ClaimTasks>()
            .Execute(
                [
                    new WorkerDemand("other", ["routed", "more"], [], 4),
                    new WorkerDemand("own", ["routed"], [], 4) { Role = "counter", Tags = ["gpu", "linux"] },
                ],
                default);

        Assert.Equal(taker, claimed.Attempts.SingleOrDefault(attempt => attempt.Task.Id == task.Id)?.WorkerId);
    }

    [Fact]
    public async Task A_task_for_one_worker_goes_to_it_alone_and_waits_until_it_asks()
    {
        await using var server = await EngineServer.Start(postgres, dispatching: false);
        await server.Publish("bound", route: new WorkerRoute { WorkerId = "the one" });
        var task = await server.Submit("bound");
        var claims = server.Get<ClaimTasks>();

        WorkerDemand other = new("another", ["bound"], [], 4), one = new("the one", ["bound"], [], 4);
        Assert.Empty((await claims.Execute([other], default)).Attempts);
        var claimed = await claims.Execute([other, one], default);

        Assert.Equal((task.Id, "the one"), (Assert.Single(claimed.Attempts).Task.Id, claimed.Attempts[0].WorkerId));
    }

    [Fact]
    public async Task Each_lane_of_an_agent_is_dealt_by_the_route_that_the_task_was_submitted_with()
    {
        await using var server = await EngineServer.Start(postgres, dispatching: false);
        await server.Publish("moved", route: new WorkerRoute { Role = "first" });
        var old = await server.Submit("moved");
        await server.Publish("moved", route: new WorkerRoute { Role = "second" });
        var young = await server.Submit("moved");

        var claimed = await server
            .Get<ClaimTasks>()
            .Execute(
                [new WorkerDemand("1", ["moved"], [], 4) { Role = "first" }, new WorkerDemand("2", ["moved"], [], 4) { Role = "second" }],
                default);

        Assert.Equal(
            [(old.Id, "1"), (young.Id, "2")],
            claimed.Attempts.Select(attempt => (attempt.Task.Id, attempt.WorkerId)).OrderBy(pair => pair.WorkerId));
    }

    [Fact]
    public async Task A_claim_is_planned_once_for_a_connection()
    {
        await using var server = await EngineServer.Start(postgres, dispatching: false);

        var planned = await server.Get<Database>().InTransaction(
            async (transaction, token) =>
            {
                for (var i = 0; i < 10; i++)
                    await TaskStore.Claim(transaction, [new ClaimDemand([], [], 1)], server.Get<ProviderLoad>(), token);
                await using var command = new NpgsqlCommand(PlansSql, transaction.Connection);
                return (long)(await command.ExecuteScalarAsync(token))!;
            },
            default);

        Assert.Equal(0, planned);
    }

    // How often a prepared statement was planned anew for the values of its parameters.
    private const string PlansSql = "select sum(custom_plans)::bigint from pg_prepared_statements where statement like '%recursive lane%'";

    private static int CountOf(Claim claimed, string worker) => claimed.Attempts.Count(attempt => attempt.WorkerId == worker);

    private static async Task<IReadOnlyList<ClaimedAttempt>> Claim(
        EngineServer server, int credit, string worker, params string[] agents) =>
        (await server.Get<ClaimTasks>().Execute([new WorkerDemand(worker, agents, [], credit)], default)).Attempts;
}
