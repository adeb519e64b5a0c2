using Koda.Server.Infrastructure.EmbeddedPostgres;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Koda.Server.Hosting.Backups;

/// <summary>The database of a backup or a restore, and how it is connected to.</summary>
internal sealed class BackupDatabase : IAsyncDisposable
{
    private readonly PrivateDatabase? _private;

    private BackupDatabase(string connectionString, PrivateDatabase? owned) => (ConnectionString, _private) = (connectionString, owned);

    /// <summary>Reaches it, for programs of PostgreSQL and for <see cref="Connect"/>.</summary>
    public string ConnectionString { get; }

    /// <summary>Opens the database that a server uses, whether one runs or not.</summary>
    /// <exception cref="BackupException">There is none.</exception>
    /// <exception cref="ServerStartException">The operator's cannot be used.</exception>
    public static Task<BackupDatabase> Open(BackupOptions options, CancellationToken cancellationToken) =>
        Open(options, () => PrivateDatabase.Open(options.DataDirectory, cancellationToken), cancellationToken);

    /// <summary>The same, and a private one is made when there is none. The caller holds the directory's lock.</summary>
    /// <exception cref="BackupException">A private one does not start.</exception>
    /// <exception cref="ServerStartException">The operator's cannot be used.</exception>
    public static Task<BackupDatabase> OpenOrMake(BackupOptions options, CancellationToken cancellationToken) =>
        Open(options, () => PrivateDatabase.OpenOrMake(options.DataDirectory, cancellationToken), cancellationToken);

    /// <summary>A connection whose session may last and wait as long as it takes.</summary>
    public Task<NpgsqlConnection> Connect(CancellationToken cancellationToken) => Open(ConnectionString, cancellationToken);

    /// <summary>The same to another database of the same server.</summary>
    public Task<NpgsqlConnection> ConnectTo(string database, CancellationToken cancellationToken) => Open(To(database), cancellationToken);

    public string To(string database) => new NpgsqlConnectionStringBuilder(ConnectionString) { Database = database }.ConnectionString;

    /// <summary>The programs that dump and restore a database of this connection's server.</summary>
    public static Task<DumpPrograms> Programs(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        DumpPrograms.Find(connection.PostgreSqlVersion.Major, cancellationToken);

    public ValueTask DisposeAsync() => _private?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static async Task<BackupDatabase> Open(
        BackupOptions options, Func<Task<PrivateDatabase>> openPrivate, CancellationToken cancellationToken)
    {
        if (options.DatabaseUrl is not null)
        {
            var connectionString = DatabaseUrl.ToConnectionString(options.DatabaseUrl);
            await DatabaseAtStart.Require(connectionString, TimeSpan.Zero, NullLogger.Instance, cancellationToken);
            return new BackupDatabase(connectionString, owned: null);
        }
        try
        {
            var owned = await openPrivate();
            return new BackupDatabase(owned.ConnectionString, owned);
        }
        catch (InvalidOperationException refused)
        {
            throw new BackupException("backup.no_database", refused.Message, inner: refused);
        }
    }

    private static async Task<NpgsqlConnection> Open(string connectionString, CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Pooling = false,
            CommandTimeout = 0,
            ApplicationName = "koda backup",
        };
        settings.Options = $"{settings.Options} -c statement_timeout=0 -c idle_in_transaction_session_timeout=0";
        var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        return connection;
    }
}
