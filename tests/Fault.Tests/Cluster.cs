using System.Security.Cryptography;
using Koda.Client;
using Koda.Testing;
using Npgsql;

[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Koda.Fault.Tests;

/// <summary>One PostgreSQL with two servers on it, and clients of both. Tests share it and leave it running.</summary>
public class Cluster : IAsyncLifetime
{
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_callTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("koda-faults-");
    private readonly List<KodaProcess> _workers = [];
    private NpgsqlDataSource? _sql;

    internal PostgresProcess Postgres { get; private set; } = null!;

    internal KodaServerProcess A { get; private set; } = null!;

    internal KodaServerProcess B { get; private set; } = null!;

    internal KodaClient ClientOfA { get; private set; } = null!;

    internal KodaClient ClientOfB { get; private set; } = null!;

    public string Folder => _folder.FullName;

    public string OperatorToken => A.Files.ReadOperatorToken()!;

    public async Task InitializeAsync()
    {
        // PostgreSQL refuses to run as root; the account that it gets must reach its folder.
        File.SetUnixFileMode(Folder, (UnixFileMode)0b111_101_101);
        var database = Path.Combine(Folder, "db");
        await Prepare(database);
        Postgres = await PostgresProcess.Start(database, Settings);
        _sql = NpgsqlDataSource.Create(Postgres.ConnectionString);
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        A = KodaServerProcess.Create(Folder, "server-a", ConnectionStringOf("server-a"), key, Lease);
        B = KodaServerProcess.Create(Folder, "server-b", ConnectionStringOf("server-b"), key, Lease);
        await AllRun();
        ClientOfA = Client(A);
        ClientOfB = Client(B);
    }

    /// <summary>PostgreSQL's settings, besides the usual ones.</summary>
    protected virtual IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>();

    /// <summary>Makes the folder of PostgreSQL, when it is to be a special one.</summary>
    protected virtual Task Prepare(string databaseFolder) => Task.CompletedTask;

    /// <summary>The way of a server to PostgreSQL.</summary>
    protected virtual string ConnectionStringOf(string server) => Postgres.ConnectionString;

    /// <summary>Starts again what an earlier test left killed.</summary>
    internal async Task AllRun()
    {
        if (!Postgres.Runs)
            await Postgres.Restart();
        foreach (var server in new[] { A, B }.Where(server => !server.Runs))
            server.Start();
        await Task.WhenAll(A.Ready(), B.Ready());
    }

    /// <param name="name">Names the worker, once in the cluster's life.</param>
    /// <param name="server">The address that it connects to.</param>
    /// <param name="slots">How many tasks it runs at once.</param>
    /// <param name="sandbox">Whether it confines commands where that works.</param>
    internal KodaWorkerProcess StartWorker(string name, Uri server, int slots = 4, bool sandbox = false)
    {
        var worker = new KodaWorkerProcess(Folder, name, server, A.Files.ReadWorkerToken()!, slots, sandbox);
        _workers.Add(worker);
        worker.Start();
        return worker;
    }

    /// <summary>A new directory for a task's files.</summary>
    internal string CreateWorkspace(string name) => _folder.CreateSubdirectory(name).FullName;

    /// <summary>Asks the database itself, again when it was killed meanwhile.</summary>
    internal async Task<T[]> Query<T>(string sql, params object[] parameters)
    {
        T[] rows = [];
        await Eventually.IsTrue(
            async () =>
            {
                try
                {
                    rows = await QueryOnce<T>(sql, parameters);
                    return true;
                }
                catch (NpgsqlException down) when (down.IsTransient)
                {
                    return false;
                }
            },
            s_patience, () => "the database answers");
        return rows;
    }

    private async Task<T[]> QueryOnce<T>(string sql, object[] parameters)
    {
        await using var command = _sql!.CreateCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync())
            rows.Add(reader.GetFieldValue<T>(0));
        return [.. rows];
    }

    internal string Logs() => string.Join("\n\n", _workers.TakeLast(2).Append(A).Append(B).Select(process => process.EndOfLog()));

    /// <summary>Undoes <see cref="Prepare"/>, when PostgreSQL has ended.</summary>
    protected virtual Task End() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var process in _workers.Append(A).Append(B))
            process.Dispose();
        await ClientOfA.DisposeAsync();
        await ClientOfB.DisposeAsync();
        await _sql!.DisposeAsync();
        await Postgres.DisposeAsync();
        await End();
        _folder.Delete(recursive: true);
    }

    private KodaClient Client(KodaServerProcess server) => new(new KodaClientOptions
    {
        Url = server.Url,
        Token = OperatorToken,
        CallTimeout = s_callTimeout,
        MaxAttempts = 20,
        MaxBackoff = TimeSpan.FromSeconds(1),
    });
}

/// <summary>Tests that share the cluster run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class ClusterTests : ICollectionFixture<Cluster>
{
    public const string Name = "cluster";
}
