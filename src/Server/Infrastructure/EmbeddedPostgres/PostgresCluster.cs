using System.Diagnostics;
using System.Globalization;
using System.Text;
using Npgsql;

namespace Koda.Server.Infrastructure.EmbeddedPostgres;

/// <summary>
/// A private PostgreSQL on a Unix socket. It is a process of its own and outlives a killed server; the next start adopts it, or lets it
/// recover.
/// </summary>
internal sealed class PostgresCluster
{
    private const string Superuser = "koda";
    private const string DatabaseName = "koda";
    private const int LongestSocketPath = 107;
    private static readonly TimeSpan s_betweenLooks = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan s_stragglersPatience = TimeSpan.FromSeconds(2);

    private readonly PostgresClusterOptions _options;
    private readonly string _home;
    private readonly string? _account;
    private readonly string _binaries;
    private string _socketFolder = "";

    private PostgresCluster(PostgresClusterOptions options, string home, string? account, string binaries)
    {
        _options = options;
        _home = home;
        _account = account;
        _binaries = binaries;
    }

    /// <summary>The postmaster's process id.</summary>
    public int ProcessId => PostmasterFile.Read(DataFolder)?.ProcessId ?? throw new InvalidOperationException("The cluster does not run.");

    /// <summary>True when the cluster was already running, left by a server that was killed.</summary>
    public bool WasAdopted { get; private set; }

    /// <summary>Reaches the cluster's <c>koda</c> database as its owner.</summary>
    public string ConnectionString => ConnectionTo(DatabaseName);

    private string DataFolder => Path.Combine(_home, "data");

    /// <summary>Starts the cluster of a data folder, making it first when there is none; returns when it takes connections.</summary>
    /// <exception cref="InvalidOperationException">PostgreSQL is not to be had, or did not start; the message quotes its log.</exception>
    public static async Task<PostgresCluster> Start(PostgresClusterOptions options, CancellationToken cancellationToken)
    {
        var account = ClusterAccount.Choose();
        var home = await ClusterHome.Locate(options.DataFolder, account, cancellationToken);
        var binaries = await PostgresBinaries.Find(Path.Combine(home, "programs"), ClusterMajor(home), options.Report, cancellationToken);
        var cluster = new PostgresCluster(options, home, account, binaries);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.StartTimeout);
        try
        {
            await cluster.AdoptOrStart(limit.Token);
            await cluster.CreateDatabase(limit.Token);
            return cluster;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new InvalidOperationException($"PostgreSQL was not ready within {options.StartTimeout}. {cluster.EndOfLog()}");
        }
    }

    /// <summary>False when the postmaster has died.</summary>
    public bool IsRunning => PostmasterFile.Read(DataFolder)?.IsRunning(DataFolder) == true;

    /// <summary>Starts a cluster that died again, at the same socket.</summary>
    /// <exception cref="InvalidOperationException">It did not start; the message quotes its log.</exception>
    public async Task Restart(CancellationToken cancellationToken)
    {
        await ClearRemains(cancellationToken);
        await StartPostmaster(cancellationToken);
    }

    /// <summary>Ends the cluster in good order: open transactions are rolled back, and the next start needs no recovery.</summary>
    public async Task Stop(CancellationToken cancellationToken)
    {
        if (IsRunning)
            await RunProgram("pg_ctl", ["stop", "--pgdata", DataFolder, "--mode", "fast", "--wait"], cancellationToken);
        if (!_socketFolder.StartsWith(_home, StringComparison.Ordinal))
            Directory.Delete(_socketFolder, recursive: true);
    }

    private async Task AdoptOrStart(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(DataFolder))
        {
            _options.Report("Creating the database");
            await Initialize(cancellationToken);
        }
        await ClearRemains(cancellationToken);
        if (PostmasterFile.Read(DataFolder) is { } running && running.IsRunning(DataFolder))
        {
            WasAdopted = true;
            _socketFolder = running.SocketFolder;
            return;
        }
        _options.Report("Starting the database");
        _socketFolder = await MakeSocketFolder(cancellationToken);
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        await File.WriteAllTextAsync(
            Path.Combine(DataFolder, PostgresSettings.FileName),
            PostgresSettings.Write(_socketFolder, memory, _options.Settings),
            cancellationToken);
        await StartPostmaster(cancellationToken);
    }

    // Made beside and moved into place, so that a start that was killed half-way leaves no half cluster.
    private async Task Initialize(CancellationToken cancellationToken)
    {
        var unfinished = DataFolder + ".new";
        if (Directory.Exists(unfinished))
            Directory.Delete(unfinished, recursive: true);
        await RunProgram(
            "initdb",
            ["--pgdata", unfinished, "--username", Superuser, "--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--data-checksums"],
            cancellationToken);
        await File.AppendAllTextAsync(
            Path.Combine(unfinished, "postgresql.conf"), $"include '{PostgresSettings.FileName}'\n", cancellationToken);
        Directory.Move(unfinished, DataFolder);
    }

    private async Task ClearRemains(CancellationToken cancellationToken)
    {
        var ownEnd = Stopwatch.StartNew();
        while (PostmasterFile.Stragglers(DataFolder) is { Count: > 0 } stragglers)
        {
            // They end by themselves when they notice, but for those that are stopped or wait for each other: they would hold the cluster
            // for ever.
            if (ownEnd.Elapsed > s_stragglersPatience)
                End(stragglers);
            await Task.Delay(s_betweenLooks, cancellationToken);
        }
        PostmasterFile.RemoveIfStale(DataFolder);
    }

    private static void End(IReadOnlyList<int> processes)
    {
        foreach (var id in processes)
        {
            try
            {
                using var process = Process.GetProcessById(id);
                process.Kill();
            }
            catch (ArgumentException)
            {
                // It ended meanwhile.
            }
        }
    }

    private async Task StartPostmaster(CancellationToken cancellationToken)
    {
        var seconds = ((int)_options.StartTimeout.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        try
        {
            await RunProgram(
                "pg_ctl",
                ["start", "--pgdata", DataFolder, "--log", LogFile, "--wait", "--timeout", seconds, "--silent"],
                cancellationToken);
        }
        catch (InvalidOperationException failure)
        {
            throw new InvalidOperationException($"PostgreSQL did not start. {EndOfLog()}", failure);
        }
    }

    private async Task CreateDatabase(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await using var source = NpgsqlDataSource.Create(ConnectionTo("postgres") + ";Pooling=false");
                await using var find = source.CreateCommand($"select 1 from pg_database where datname = '{DatabaseName}'");
                if (await find.ExecuteScalarAsync(cancellationToken) is null)
                {
                    await using var create = source.CreateCommand($"create database {DatabaseName}");
                    await create.ExecuteNonQueryAsync(cancellationToken);
                }
                return;
            }
            catch (NpgsqlException failure) when (Postgres.DatabaseFailures.TroubleOf(failure) is not null)
            {
                // An adopted cluster may still be recovering.
                await Task.Delay(s_betweenLooks, cancellationToken);
            }
        }
    }

    private async Task<string> MakeSocketFolder(CancellationToken cancellationToken)
    {
        var folder = Path.Combine(_home, "socket");
        if (Encoding.UTF8.GetByteCount(Path.Combine(folder, ".s.PGSQL.5432.lock")) > LongestSocketPath)
            folder = Directory.CreateTempSubdirectory("koda-").FullName;
        await ClusterAccount.MakePrivateFolder(folder, _account, cancellationToken);
        return folder;
    }

    private string LogFile => Path.Combine(_home, "postgres.log");

    private string EndOfLog()
    {
        if (!File.Exists(LogFile))
            return "It wrote no log.";
        return $"The end of {LogFile}:\n{string.Join('\n', File.ReadLines(LogFile).TakeLast(10))}";
    }

    private Task<string> RunProgram(string name, string[] arguments, CancellationToken cancellationToken) =>
        ChildProcess.Run(Path.Combine(_binaries, name), arguments, _account, cancellationToken);

    private string ConnectionTo(string database) =>
        new NpgsqlConnectionStringBuilder { Host = _socketFolder, Username = Superuser, Database = database }.ConnectionString;

    private static int? ClusterMajor(string home)
    {
        var file = Path.Combine(home, "data", "PG_VERSION");
        return File.Exists(file) ? int.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture) : null;
    }
}
