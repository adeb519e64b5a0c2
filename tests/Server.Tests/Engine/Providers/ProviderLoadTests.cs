using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Attempts;
using Koda.Server.Engine.Audit;
using Koda.Server.Engine.Dispatch;
using Koda.Server.Engine.Providers;
using Koda.Server.Engine.Tasks;
using Koda.Testing;
using Xunit;

namespace Koda.Server.Tests.Engine.Providers;

/// <summary>Limits and cooldowns of connections: they hold back what needs the connection, and nothing else.</summary>
public sealed class ProviderLoadTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private readonly string _one = $"one-{Guid.NewGuid():N}";
    private readonly string _other = $"other-{Guid.NewGuid():N}";

    [Fact]
    public async Task A_connection_is_used_by_no_more_tasks_than_may_whatever_the_agents_and_servers()
    {
        await using var first = await Start();
        await using var second = await EngineServer.Start(postgres);
        await Limit(first, _one, 2);
        var tasks = new[]
        {
            await Submit(first, "a", _one, "m"),
            await Submit(first, "b", _one, "m"),
            await Submit(first, "a", _one, "n"),
            await Submit(first, "b", _one, "m"),
            await Submit(first, "c", _other, "m"),
        };

        await using var left = await Connect(first, "left");
        await using var right = await Connect(second, "right");
        var running = await Until(3, () => Running(first, tasks));

        Assert.Contains(tasks[4], running);
        var waiting = await first.Read(tasks.Except(running).First());
        Assert.Equal((QueueReason.ProviderConcurrencyLimit, _one), (waiting.QueueReason, waiting.Connection));
        Assert.Equal(2, (await first.Get<LimitStore>().List(_one, default)).Single().Running);

        // Whatever ends makes room at once, on whichever server.
        _ = Work(left);
        _ = Work(right);
        await Until(tasks.Length, () => Ended(first, tasks));
    }

    [Fact]
    public async Task A_model_has_a_limit_of_its_own_within_that_of_its_connection()
    {
        await using var server = await Start();
        await server.Get<LimitProvider>().Execute(Caller.System, _one, 3, [("m", 1)], default);
        var tasks = new List<Guid>();
        for (var i = 0; i < 3; i++)
        {
            tasks.Add(await Submit(server, "a", _one, "m"));
            tasks.Add(await Submit(server, "a", _one, "n"));
        }

        await using var worker = await Connect(server, "w");
        var running = await Until(3, () => Running(server, tasks));

        Assert.Single(running, task => tasks.IndexOf(task) % 2 == 0);
    }

    [Fact]
    public async Task An_agents_limit_holds_over_all_models_that_its_tasks_name()
    {
        await using var server = await Start();
        var agent = $"limited-{Guid.NewGuid():N}";
        await Apply(server, agent, _one, "m", maxConcurrent: 2);
        var tasks = new List<Guid>();
        foreach (var model in new[] { "", "x", "y", "z" })
            tasks.Add((await Submit(server, agent, new TaskContext { Model = model })).Id);

        await using var worker = await Connect(server, "w");
        await Until(2, () => Running(server, tasks));
        Assert.Equal(QueueReason.AgentConcurrencyLimit, (await server.Read((await Queued(server, tasks)).First())).QueueReason);
    }

    [Fact]
    public async Task What_needs_a_connection_that_cools_down_waits_with_the_reason_and_everything_else_goes_on()
    {
        await using var server = await Start();
        await using var worker = await Connect(server, "w", credit: 1);
        var started = await Submit(server, "a", _one, "m");
        var assignment = await worker.Take();
        var pause = new ProviderPause("m", TimeSpan.FromMinutes(10), "provider.rate_limited");
        await worker.Connection.Report(new AttemptStop(assignment.Attempt, StopReason.Cooldown, [], pause), default);
        await worker.Next<AttemptClosed>();

        var given = await server.Read(started);
        Assert.Equal(
            (TaskState.Queued, QueueReason.ProviderCooldown, _one, 0), (given.State, given.QueueReason, given.Connection, given.Failures));
        Assert.InRange(given.CooldownUntil!.Value - DateTimeOffset.UtcNow, TimeSpan.FromMinutes(9), TimeSpan.FromMinutes(11));
        var same = await Submit(server, "b", _one, "m");
        var otherModel = await Submit(server, "b", _one, "n");
        var otherProvider = await Submit(server, "c", _other, "m");
        worker.Connection.SetCredit(10);
        await Until(2, () => Running(server, [started, same, otherModel, otherProvider]));
        Assert.Equal([started, same], await Queued(server, [started, same, otherModel, otherProvider]));
        Assert.Equal("m", Assert.Single((await server.Get<ReadConnections>().One(_one, default)).Cooldowns).Model);

        // It ends by itself: nobody has to come by.
        await server.Execute($"update provider_cooldowns set until = clock_timestamp() where provider_id = '{_one}'");
        await Until(4, () => Running(server, [started, same, otherModel, otherProvider]));
        Assert.Empty((await server.Get<ReadConnections>().One(_one, default)).Cooldowns);
    }

    [Fact]
    public async Task A_pause_that_an_attempt_waits_for_holds_back_others_and_leaves_the_attempt_alone()
    {
        await using var server = await Start();
        await using var worker = await Connect(server, "w", credit: 1);
        var started = await Submit(server, "a", _one, "m");
        var assignment = await worker.Take();
        await worker.Connection.Report(
            new PauseReport(assignment.Attempt, new ProviderPause("", TimeSpan.FromMinutes(1), "provider.overloaded")), default);
        await Eventually.IsTrue(async () => (await server.Get<CooldownStore>().List(_one, default)).Count == 1, "the pause is stored");
        var next = await Submit(server, "a", _one, "n");

        await Eventually.IsTrue(
            async () => (await server.Read(next)).QueueReason == QueueReason.ProviderCooldown, "the task waits for the provider");
        Assert.Equal(TaskState.Running, (await server.Read(started)).State);
        await worker.Complete(assignment);

        // Another key has nothing to do with the pause of the one before.
        await server.Database.InTransaction((transaction, token) => CooldownStore.Forget(transaction, _one, token), default);
        Assert.Equal(QueueReason.NoWorkerAvailable, (await server.Read(next)).QueueReason);
    }

    [Fact]
    public async Task Who_does_not_hold_the_attempt_cools_nothing_down()
    {
        await using var server = await Start();
        await using var worker = await Connect(server, "w", credit: 1);
        await Submit(server, "a", _one, "m");
        var assignment = await worker.Take();
        var forged = assignment.Attempt with { FencingToken = assignment.Attempt.FencingToken + 1 };
        await worker.Connection.Report(
            new PauseReport(forged, new ProviderPause("", TimeSpan.FromMinutes(1), "provider.overloaded")), default);
        await worker.Next<AttemptLost>();
        Assert.Empty((await server.Get<ReadConnections>().One(_one, default)).Cooldowns);
    }

    private async Task<EngineServer> Start()
    {
        var server = await EngineServer.Start(postgres);
        foreach (var id in new[] { _one, _other })
        {
            await server.Database.InTransaction(
                (transaction, token) =>
                    server.Get<SaveProvider>().Execute(transaction, id, new ProviderAccess("noop", "", ""), "{}", token),
                default);
        }
        return server;
    }

    private static Task<ConnectionRecord> Limit(EngineServer server, string id, int most) =>
        server.Get<LimitProvider>().Execute(Caller.System, id, most, [], default);

    /// <summary>A worker for the agents of this test alone.</summary>
    private Task<WorkerDriver> Connect(EngineServer server, string name, int credit = 10) =>
        server.Connect(
            new WorkerHello(
                $"{name}-{Guid.NewGuid():N}",
                name,
                "1.0",
                10,
                [.. _agents.Concat([$"a-{_one}", $"b-{_one}", $"c-{_one}"])],
                [],
                "",
                []),
            credit);

    private readonly HashSet<string> _agents = [];

    private async Task<Guid> Submit(EngineServer server, string agent, string connection, string model)
    {
        var id = $"{agent}-{_one}";
        await Apply(server, id, "offline", "m", maxConcurrent: 0);
        return (await Submit(server, id, new TaskContext { Provider = connection, Model = model })).Id;
    }

    private async Task Apply(EngineServer server, string id, string connection, string model, int maxConcurrent)
    {
        _agents.Add(id);
        var provider = new AgentProvider("", "", "") { Connection = connection };
        await server
            .Get<ApplyAgent>()
            .Execute(id, new AgentDefinition { Provider = provider, Model = model, MaxConcurrentTasks = maxConcurrent }, "", default);
    }

    private static async Task<TaskRecord> Submit(EngineServer server, string agent, TaskContext context)
    {
        var submission = new TaskSubmission { AgentId = agent, Query = "do it", Principal = "owner", Context = context };
        return (await server.Get<SubmitTask>().Execute(submission, key: null, _ => [], default)).Task!;
    }

    private static async Task Work(WorkerDriver worker)
    {
        try
        {
            while (true)
                await worker.Complete(await worker.Offer());
        }
        catch (Exception end) when (end is OperationCanceledException or InvalidOperationException)
        {
            // The test is over.
        }
    }

    private static async Task<List<Guid>> Until(int count, Func<Task<List<Guid>>> look)
    {
        List<Guid> seen = [];
        await Eventually.IsTrue(async () => (seen = await look()).Count == count, $"{count} tasks");
        return seen;
    }

    private static Task<List<Guid>> Running(EngineServer server, IEnumerable<Guid> tasks) => In(server, tasks, TaskState.Running);

    private static Task<List<Guid>> Queued(EngineServer server, IEnumerable<Guid> tasks) => In(server, tasks, TaskState.Queued);

    private static Task<List<Guid>> Ended(EngineServer server, IEnumerable<Guid> tasks) => In(server, tasks, TaskState.Succeeded);

    private static async Task<List<Guid>> In(EngineServer server, IEnumerable<Guid> tasks, TaskState state)
    {
        var found = new List<Guid>();
        foreach (var task in tasks)
        {
            if ((await server.Read(task)).State == state)
                found.Add(task);
        }
        return found;
    }
}
