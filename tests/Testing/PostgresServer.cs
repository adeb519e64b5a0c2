using System.Diagnostics;
using System.Globalization;
using Koda.Server.Infrastructure.EmbeddedPostgres;
using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Testing;

/// <summary>
/// The PostgreSQL that all tests of a process share, with a migrated template from which each test class gets its database.
/// </summary>
internal sealed class PostgresServer
{
    private const string FolderPrefix = "kt-";
    private static readonly Lazy<Task<PostgresServer>> s_shared = new(Start);

    private readonly string _connectionString;
    private readonly string _template = $"koda_template_{Environment.ProcessId}";
    private int _databases;

    private PostgresServer(string connectionString) => _connectionString = connectionString;

    public static Task<PostgresServer> Get() => s_shared.Value;

    /// <summary>Makes a migrated database of its own and returns its connection string.</summary>
    public async Task<string> CreateDatabase()
    {
        var name = $"koda_test_{Environment.ProcessId}_{Interlocked.Increment(ref _databases)}";
        await Execute($"create database {name} template {_template}");
        return With(name);
    }

    public async Task DropDatabase(string connectionString)
    {
        var name = new NpgsqlConnectionStringBuilder(connectionString).Database;
        await Execute($"drop database if exists {name} with (force)");
    }

    private static async Task<PostgresServer> Start()
    {
        var given = Environment.GetEnvironmentVariable("KODA_TEST_DATABASE_URL");
        var server = new PostgresServer(given ?? await StartCluster());
        await server.Execute($"drop database if exists {server._template}");
        await server.Execute($"create database {server._template}");
        await using (var database = new Database(new DatabaseOptions { ConnectionString = server.With(server._template) }))
            await new Migrator(database).Migrate(CancellationToken.None);
        return server;
    }

    private static async Task<string> StartCluster()
    {
        RemoveLeftovers();
        var folder = Path.Combine(Path.GetTempPath(), $"{FolderPrefix}{Environment.ProcessId}");
        var cluster = await PostgresCluster.Start(
            new PostgresClusterOptions
            {
                DataFolder = folder,
                // What a test wrote need not survive a power cut.
                Settings = new Dictionary<string, string> { ["fsync"] = "off", ["full_page_writes"] = "off", ["shared_buffers"] = "128MB" },
            },
            CancellationToken.None);
        var postmaster = cluster.ProcessId;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Remove(folder, postmaster);
        return cluster.ConnectionString;
    }

    // A test run that was killed leaves its cluster behind.
    private static void RemoveLeftovers()
    {
        foreach (var folder in Directory.GetDirectories(Path.GetTempPath(), FolderPrefix + "*"))
        {
            var owner = folder[(folder.LastIndexOf('-') + 1)..];
            if (Directory.Exists($"/proc/{owner}") || !int.TryParse(owner, CultureInfo.InvariantCulture, out _))
                continue;
            var data = Path.Combine(folder, "postgres", "data");
            var left = PostmasterFile.Read(data);
            Remove(folder, left?.IsRunning(data) == true ? left.ProcessId : null);
        }
    }

    private static void Remove(string folder, int? postmaster)
    {
        if (postmaster is { } processId)
        {
            using var process = Process.GetProcessById(processId);
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (IOException)
        {
            // A backend is still writing its last words; the next run removes what is left.
        }
    }

    private async Task Execute(string sql)
    {
        await using var source = NpgsqlDataSource.Create(_connectionString + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private string With(string database) => new NpgsqlConnectionStringBuilder(_connectionString) { Database = database }.ConnectionString;
}
