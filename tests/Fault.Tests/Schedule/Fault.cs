using Koda.Testing;
using Npgsql;

namespace Koda.Fault.Tests.Schedule;

/// <summary>A way to break something.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="Begin">Breaks it.</param>
/// <param name="End">Mends it, and returns when it is mended: a program that was killed is there again, a disk has room.</param>
internal sealed record Fault(string Name, Func<Task> Begin, Func<Task> End)
{
    private const string OwnName = "koda-flood";

    /// <summary>All that can be broken in a cluster.</summary>
    public static IReadOnlyList<Fault> Of(FaultyCluster cluster, KodaWorkerProcess[] workers)
    {
        var faults = new List<Fault>();
        foreach (var server in new[] { cluster.A, cluster.B })
        {
            faults.Add(new($"{server.Name} killed", Do(server.Kill), async () =>
            {
                server.Start();
                await server.Ready();
            }));
            faults.Add(new($"{server.Name} stopped in its place", Do(server.Pause), Do(server.Continue)));
            faults.Add(
                new(
                    $"{server.Name}: silent connections to PostgreSQL",
                    Do(cluster.LinkOf(server).FallSilent),
                    Do(cluster.LinkOf(server).TakeNew)));
        }
        foreach (var worker in workers)
        {
            faults.Add(new($"{worker.Name} killed", Do(worker.Kill), Do(worker.Start)));
            faults.Add(new($"{worker.Name} stopped in its place", Do(worker.Pause), Do(worker.Continue)));
        }
        faults.Add(new("PostgreSQL killed", Do(cluster.Postgres.Kill), cluster.Postgres.Restart));
        faults.Add(new("PostgreSQL shut down", Do(cluster.Postgres.Stop), cluster.Postgres.Restart));
        faults.Add(new("PostgreSQL stopped in its place", Do(cluster.Postgres.Pause), Do(cluster.Postgres.Continue)));
        faults.Add(new("PostgreSQL read-only", () => ReadOnly(cluster, "on"), () => ReadOnly(cluster, "off")));
        if (cluster.HasDisk)
            faults.Add(DiskFull(cluster));
        faults.Add(TooManyConnections(cluster));
        return faults;
    }

    public static Fault DiskFull(FaultyCluster cluster) => new("disk full", Do(cluster.FillDisk), async () =>
    {
        cluster.FreeDisk();
        // Without room for its log PostgreSQL ends.
        if (!cluster.Postgres.Runs)
            await cluster.Postgres.Restart();
    });

    public static Fault Silent(FaultyCluster cluster, KodaServerProcess server) =>
        Of(cluster, []).Single(fault => fault.Name.StartsWith($"{server.Name}: silent", StringComparison.Ordinal));

    private static Fault TooManyConnections(FaultyCluster cluster)
    {
        var taken = new List<NpgsqlConnection>();
        return new Fault("too many connections", () => TakeAll(cluster, taken), async () =>
        {
            foreach (var connection in taken)
                await connection.DisposeAsync();
            taken.Clear();
        });
    }

    // The servers' own connections are cut, and what they would open anew is taken.
    private static async Task TakeAll(FaultyCluster cluster, List<NpgsqlConnection> taken)
    {
        var settings = new NpgsqlConnectionStringBuilder(cluster.Postgres.ConnectionString) { Pooling = false, ApplicationName = OwnName };
        for (var refused = 0; refused < 20;)
        {
            try
            {
                var connection = new NpgsqlConnection(settings.ConnectionString);
                await connection.OpenAsync();
                taken.Add(connection);
                await using var cut = new NpgsqlCommand(
                    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'koda'", connection);
                if (taken.Count % 10 == 1)
                    await cut.ExecuteNonQueryAsync();
            }
            catch (PostgresException full) when (full.SqlState == PostgresErrorCodes.TooManyConnections)
            {
                refused++;
            }
        }
    }

    private static async Task ReadOnly(FaultyCluster cluster, string value)
    {
        await using var source = NpgsqlDataSource.Create(cluster.Postgres.ConnectionString + ";Pooling=false");
        await using var change = source.CreateCommand($"alter system set default_transaction_read_only = {value}");
        await change.ExecuteNonQueryAsync();
        await using var reload = source.CreateCommand("select pg_reload_conf()");
        await reload.ExecuteNonQueryAsync();
    }

    private static Func<Task> Do(Action act) => () =>
    {
        act();
        return Task.CompletedTask;
    };
}
