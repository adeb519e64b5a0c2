using Koda.Server.Infrastructure.Postgres;
using Koda.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Koda.Server.Tests.Infrastructure.Postgres;

/// <summary>The infrastructure of one server on the class's database. Two of them are two servers.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private TestServer(Database database)
    {
        Database = database;
        Broadcast = new Broadcast(database, NullLogger<Broadcast>.Instance, TimeProvider.System);
        WakeUps = new WakeUps(Broadcast);
    }

    public Database Database { get; }

    public Broadcast Broadcast { get; }

    public WakeUps WakeUps { get; }

    /// <summary>Starts a server and returns once it hears the others.</summary>
    public static async Task<TestServer> Start(PostgresFixture postgres, Action<TestServer>? configure = null)
    {
        var server = new TestServer(postgres.OpenDatabase());
        configure?.Invoke(server);
        var connected = new TaskCompletionSource();
        server.Broadcast.OnChange("test", _ => connected.TrySetResult());
        await server.Broadcast.StartAsync(default);
        await connected.Task.WaitAsync(TimeSpan.FromSeconds(10));
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await Broadcast.StopAsync(default);
        Broadcast.Dispose();
        await Database.DisposeAsync();
    }
}
