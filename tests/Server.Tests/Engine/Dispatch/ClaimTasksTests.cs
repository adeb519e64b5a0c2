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

        Assert.Equal([inside.Id, anywhere.Id], claimed.Select(attempt => attempt.Task.Id));
    }

    [Fact]
    public async Task Tasks_are_dealt_out_over_the_waiting_workers()
    {
        await using var server = await EngineServer.Start(postgres, dispatching: false);
        await server.Publish("dealt");
        for (var i = 0; i < 6; i++)
            await server.Submit("dealt");

        var claimed = await server.Get<ClaimTasks>().Execute(
            [new WorkerDemand("a", ["dealt"], [], 4), new WorkerDemand("b", ["dealt"], [], 4), new WorkerDemand("c", ["none"], [], 4)], default);

        Assert.Equal((3, 3), (claimed.Count(attempt => attempt.WorkerId == "a"), claimed.Count(attempt => attempt.WorkerId == "b")));
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

    private static Task<IReadOnlyList<ClaimedAttempt>> Claim(EngineServer server, int credit, string worker, params string[] agents) =>
        server.Get<ClaimTasks>().Execute([new WorkerDemand(worker, agents, [], credit)], default);
}
