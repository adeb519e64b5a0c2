using Koda.Server.Infrastructure.EmbeddedPostgres;

namespace Koda.Server.Hosting;

/// <summary>The private PostgreSQL of a data directory, seen from outside of a server.</summary>
public sealed class PrivateDatabase : IAsyncDisposable
{
    private readonly PostgresCluster _cluster;
    private readonly DataFolderLock? _lock;

    private PrivateDatabase(PostgresCluster cluster, DataFolderLock? held) => (_cluster, _lock) = (cluster, held);

    internal string ConnectionString => _cluster.ConnectionString;

    /// <summary>Ends the PostgreSQL that a killed server left running. A running server starts it again.</summary>
    /// <returns>False when none ran.</returns>
    /// <exception cref="InvalidOperationException">It did not end.</exception>
    public static async Task<bool> Stop(string dataDirectory, CancellationToken cancellationToken)
    {
        var home = Path.Combine(dataDirectory, "postgres");
        var data = Path.Combine(new FileInfo(home).LinkTarget ?? home, "data");
        if (PostmasterFile.Read(data)?.IsRunning(data) != true)
            return false;
        var adopted = await PostgresCluster.Start(new PostgresClusterOptions { DataFolder = dataDirectory }, cancellationToken);
        await adopted.Stop(cancellationToken);
        return true;
    }

    /// <summary>
    /// Uses the one that a server runs, or starts it until this is disposed; no server starts on the directory meanwhile.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is none, or it does not start.</exception>
    internal static async Task<PrivateDatabase> Open(string dataDirectory, CancellationToken cancellationToken)
    {
        if (!Exists(dataDirectory))
            throw new InvalidOperationException($"There is no database in {dataDirectory}.");
        return await Start(dataDirectory, DataFolderLock.TryTake(dataDirectory), cancellationToken);
    }

    /// <summary>Starts it until this is disposed, and makes it where there is none. The caller holds the directory's lock.</summary>
    /// <exception cref="InvalidOperationException">It does not start.</exception>
    internal static Task<PrivateDatabase> OpenOrMake(string dataDirectory, CancellationToken cancellationToken) =>
        Start(dataDirectory, held: null, cancellationToken);

    internal static bool Exists(string dataDirectory) => Directory.Exists(Path.Combine(dataDirectory, "postgres"));

    /// <summary>Stops what was started here.</summary>
    public async ValueTask DisposeAsync()
    {
        // With the lock, no server uses it: one that was adopted then was left by a killed server, and is left as it was.
        if (!_cluster.WasAdopted)
            await _cluster.Stop(CancellationToken.None);
        _lock?.Dispose();
    }

    private static async Task<PrivateDatabase> Start(string dataDirectory, DataFolderLock? held, CancellationToken cancellationToken)
    {
        try
        {
            return new PrivateDatabase(
                await PostgresCluster.Start(new PostgresClusterOptions { DataFolder = dataDirectory }, cancellationToken), held);
        }
        catch
        {
            held?.Dispose();
            throw;
        }
    }
}
