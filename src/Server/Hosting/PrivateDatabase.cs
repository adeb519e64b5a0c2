using Koda.Server.Infrastructure.EmbeddedPostgres;

namespace Koda.Server.Hosting;

/// <summary>The private PostgreSQL of a data directory, seen from outside of a server.</summary>
public static class PrivateDatabase
{
    /// <summary>Ends the PostgreSQL that a killed server left running. A running server starts it again.</summary>
    /// <returns>False when none ran.</returns>
    /// <exception cref="InvalidOperationException">It did not end.</exception>
    public static async Task<bool> Stop(string dataDirectory, CancellationToken cancellationToken)
    {
        var home = Path.Combine(dataDirectory, "postgres");
        var data = Path.Combine(new FileInfo(home).LinkTarget ?? home, "data");
        if (PostmasterFile.Read(data)?.IsRunning(data) != true) return false;
        var adopted = await PostgresCluster.Start(new PostgresClusterOptions { DataFolder = dataDirectory }, cancellationToken);
        await adopted.Stop(cancellationToken);
        return true;
    }
}
