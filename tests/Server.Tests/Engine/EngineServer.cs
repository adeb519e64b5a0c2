using System.Diagnostics.Metrics;
using Dapper;
using Koda.Server.Engine;
using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Attempts;
using Koda.Server.Engine.Dispatch;
using Koda.Server.Engine.Events;
using Koda.Server.Engine.Providers;
using Koda.Server.Engine.Secrets;
using Koda.Server.Engine.Tasks;
using Koda.Server.Hosting;
using Koda.Server.Infrastructure.Postgres;
using Koda.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Koda.Server.Tests.Engine;

/// <summary>The engine of one server on the class's database. Two of them are two servers.</summary>
internal sealed class EngineServer : IAsyncDisposable
{
    private readonly TestServer _infrastructure;
    private readonly ServiceProvider _services;

    private EngineServer(TestServer infrastructure, ServiceProvider services)
    {
        _infrastructure = infrastructure;
        _services = services;
    }

    /// <summary>The agent that this server's tasks and workers are for, unless a test says otherwise.</summary>
    public string Agent { get; } = $"bee-{Guid.NewGuid():N}";

    public IMeterFactory Meters => _infrastructure.Meters;

    public Database Database => _infrastructure.Database;

    public static async Task<EngineServer> Start(PostgresFixture postgres, EngineOptions? options = null, bool dispatching = true)
    {
        ServiceProvider? services = null;
        var infrastructure = await TestServer.Start(postgres, server =>
        {
            services = Compose(server, options ?? new EngineOptions());
            // Handlers of news are set before the news begin.
            services.GetRequiredService<Dispatcher>();
            services.GetRequiredService<AgentCatalog>();
            services.GetRequiredService<LearnAgentSecrets>();
        });
        var engine = new EngineServer(infrastructure, services!);
        await engine.Database.InTransaction(
            (transaction, token) =>
                engine.Get<SaveProvider>().Execute(transaction, "offline", new ProviderAccess("offline", "", ""), "{}", token),
            default);
        if (dispatching)
            await engine.Get<Dispatcher>().StartAsync(default);
        return engine;
    }

    public T Get<T>() where T : notnull => _services.GetRequiredService<T>();

    /// <summary>Publishes an agent whose attempts end at once.</summary>
    public Task<AppliedAgent> Publish(string? id = null, int maxConcurrent = 0, RetryPolicy? retry = null, WorkerRoute? route = null) =>
        Get<ApplyAgent>()
            .Execute(
                id ?? Agent,
                new AgentDefinition
                {
                    Provider = new AgentProvider("noop", "", "{}"),
                    MaxConcurrentTasks = maxConcurrent,
                    Route = route,
                    Retry = retry ?? new RetryPolicy { InitialDelayMs = 1, MaxDelayMs = 1 },
                },
                providerApiKey: "",
                default);

    public async Task<TaskRecord> Submit(string? agentId = null, int priority = 0, string workspace = "", string query = "do it")
    {
        var submission = new TaskSubmission
        {
            AgentId = agentId ?? Agent,
            Query = query,
            Priority = priority,
            Principal = "owner",
            Context = new TaskContext { Workspace = workspace },
        };
        var submitted = await Get<SubmitTask>().Execute(submission, key: null, _ => [], default);
        return submitted.Task!;
    }

    public Task<TaskRecord> Read(Guid taskId) => Get<GetTask>().Execute(taskId, default);

    public async Task<IReadOnlyList<Event>> Events(Guid taskId) =>
        await new ReadEvents(Database).Execute(taskId, 0, 1000, default);

    public Task Execute(string sql) => Database.Read((connection, token) => connection.ExecuteAsync(sql), default);

    public async Task<WorkerDriver> Connect(string workerId = "w1", int slots = 4, int? credit = null, params AttemptKey[] held)
    {
        var hello = new WorkerHello($"{workerId}-{Agent}", workerId, "1.0", slots, [Agent], [], "", held);
        return await Connect(hello, credit ?? slots);
    }

    public async Task<WorkerDriver> Connect(WorkerHello hello, int credit)
    {
        var connection = await Get<Dispatcher>().Connect(hello, default);
        connection.SetCredit(credit);
        return new WorkerDriver(connection);
    }

    public async ValueTask DisposeAsync()
    {
        await Get<Dispatcher>().StopAsync(default);
        await _services.DisposeAsync();
        await _infrastructure.DisposeAsync();
    }

    /// <summary>The server's own composition, on the infrastructure of the test.</summary>
    private static ServiceProvider Compose(TestServer server, EngineOptions options) => new ServiceCollection()
        .AddLogging()
        .AddEngine(new ServerOptions { DataDirectory = "" })
        .AddSingleton(KeyRing.Of(MasterKey.Parse(new string('0', 64), "test")))
        .AddSingleton(options)
        .AddSingleton(server.Meters)
        .AddSingleton(server.Database)
        .AddSingleton(server.Broadcast)
        .AddSingleton(server.WakeUps)
        .AddSingleton(server.Feed)
        .AddSingleton(server.Log)
        .BuildServiceProvider();
}
