using System.Diagnostics.Metrics;
using Koda.Server.Engine;
using Koda.Server.Engine.Events;
using Koda.Server.Infrastructure.Postgres;
using Koda.Server.Tests.Engine.Events;
using Koda.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Koda.Server.Tests;

/// <summary>The foundation of one server on the class's database. Two of them are two servers.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly ServiceProvider _meters = new ServiceCollection().AddMetrics().BuildServiceProvider();

    public TestServer(PostgresFixture postgres)
    {
        Database = postgres.OpenDatabase();
        Broadcast = new Broadcast(Database, NullLogger<Broadcast>.Instance, TimeProvider.System);
        WakeUps = new WakeUps(Broadcast);
        Feed = new EventFeed(Database, Broadcast, new EngineMetrics(Meters), NullLogger<EventFeed>.Instance, TimeProvider.System);
        Log = new EventLog(new NoSecrets(), Feed);
    }

    /// <summary>Whose meters this server measures with, and no other does.</summary>
    public IMeterFactory Meters => _meters.GetRequiredService<IMeterFactory>();

    public Database Database { get; }

    public Broadcast Broadcast { get; }

    public WakeUps WakeUps { get; }

    public EventFeed Feed { get; }

    public EventLog Log { get; }

    /// <summary>Starts a server and returns once it hears the others.</summary>
    public static async Task<TestServer> Start(PostgresFixture postgres, Action<TestServer>? configure = null)
    {
        var server = new TestServer(postgres);
        configure?.Invoke(server);
        var connected = new TaskCompletionSource();
        server.Broadcast.OnChange("test", _ => connected.TrySetResult());
        await server.Broadcast.StartAsync(default);
        await connected.Task.WaitAsync(TimeSpan.FromMinutes(1));
        return server;
    }

    public Task<IReadOnlyList<Event>> Append(params StreamAppend[] batch) =>
        Database.InTransaction((transaction, token) => Log.Append(transaction, batch, token), default);

    public async ValueTask DisposeAsync()
    {
        await Broadcast.StopAsync(default);
        Broadcast.Dispose();
        Feed.Dispose();
        await Database.DisposeAsync();
        await _meters.DisposeAsync();
    }
}
