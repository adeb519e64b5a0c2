using System.Net;
using System.Net.Sockets;
using Koda.Server.Infrastructure.Postgres;
using Npgsql;
using Xunit;

namespace Koda.Testing;

/// <summary>A migrated database for one test class, on a PostgreSQL that all classes of the process share.</summary>
/// <remarks>
/// The server is private (a Unix socket in a temporary folder) and started with the programs found on this machine, unless
/// <c>KODA_TEST_DATABASE_URL</c> has the connection string of another one.
/// </remarks>
public sealed class PostgresFixture : IAsyncLifetime
{
    private Database? _database;

    /// <summary>Reaches the class's own database.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <summary>The socket that PostgreSQL listens on.</summary>
    public EndPoint SocketEndPoint => SocketOf(ConnectionString);

    internal Database Database => _database ?? throw new InvalidOperationException("The fixture is not initialized.");

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        var server = await PostgresServer.Get();
        ConnectionString = await server.CreateDatabase();
        _database = OpenDatabase();
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        await Database.DisposeAsync();
        var server = await PostgresServer.Get();
        await server.DropDatabase(ConnectionString);
    }

    /// <summary>Reaches the class's own database over a port of loopback.</summary>
    public string ConnectionStringOver(int port) => Over(ConnectionString, port);

    internal static EndPoint SocketOf(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        return settings.Host!.StartsWith('/')
            ? new UnixDomainSocketEndPoint(Path.Combine(settings.Host, $".s.PGSQL.{settings.Port}"))
            : new DnsEndPoint(settings.Host, settings.Port, AddressFamily.InterNetwork);
    }

    internal static string Over(string connectionString, int port) =>
        new NpgsqlConnectionStringBuilder(connectionString) { Host = "127.0.0.1", Port = port }.ConnectionString;

    /// <summary>Another server's view of the same database.</summary>
    internal Database OpenDatabase() => new(new DatabaseOptions { ConnectionString = ConnectionString, MaxPoolSize = 12, MinPoolSize = 0 });
}
