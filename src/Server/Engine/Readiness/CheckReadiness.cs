using Dapper;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Readiness;

/// <summary>What one part of the server says of itself. <paramref name="Reason"/> is a stable code, empty when the part works.</summary>
internal sealed record PartState(string Name, string Reason, string Detail)
{
    public bool IsOk => Reason.Length == 0;
}

/// <summary>Finds out whether tasks are taken: the database answers, the schema is current, work is handed out, there is room on the disk.</summary>
internal sealed class CheckReadiness(Database database, Migrator migrator, IDispatcherState dispatcher, ReadinessOptions options)
{
    private static readonly TimeSpan DatabaseTimeout = TimeSpan.FromSeconds(2);

    public async Task<IReadOnlyList<PartState>> Execute(CancellationToken cancellationToken)
    {
        var reachable = await Try("database", "database_unreachable", Ping, cancellationToken);
        var migrations = reachable.IsOk
            ? await Try("migrations", "migrations_pending", FindPending, cancellationToken)
            : new PartState("migrations", "migrations_unknown", "The database does not answer.");
        return [reachable, migrations, Dispatcher(), Disk()];
    }

    private async Task<string> Ping(CancellationToken cancellationToken) =>
        await database.Read((connection, token) => connection.ExecuteScalarAsync<string>(new CommandDefinition("select ''", cancellationToken: token)), cancellationToken) ?? "";

    private async Task<string> FindPending(CancellationToken cancellationToken)
    {
        var pending = await migrator.Pending(cancellationToken);
        return pending.Count == 0 ? "" : $"Not applied: {string.Join(", ", pending)}.";
    }

    /// <param name="name">The part.</param>
    /// <param name="reason">The code when it does not work.</param>
    /// <param name="probe">Answers what is wrong, or nothing.</param>
    /// <param name="cancellationToken">Gives up.</param>
    private static async Task<PartState> Try(string name, string reason, Func<CancellationToken, Task<string>> probe, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(DatabaseTimeout);
        try
        {
            var problem = await probe(limit.Token);
            return new PartState(name, problem.Length == 0 ? "" : reason, problem);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new PartState(name, reason, $"No answer within {DatabaseTimeout.TotalSeconds:0} seconds.");
        }
        catch (Exception failure) when (failure is EngineException or InvalidOperationException)
        {
            return new PartState(name, reason, failure.Message);
        }
    }

    private PartState Dispatcher() => dispatcher.IsRunning
        ? new PartState("dispatcher", "", "")
        : new PartState("dispatcher", "dispatcher_stopped", "No work is handed out.");

    private PartState Disk()
    {
        var free = new DriveInfo(options.DataDirectory).AvailableFreeSpace;
        return free >= options.MinFreeBytes
            ? new PartState("disk", "", "")
            : new PartState("disk", "disk_full", $"Only {free >> 20} MiB are free in {options.DataDirectory}.");
    }
}

/// <summary>What counts as ready.</summary>
internal sealed record ReadinessOptions(string DataDirectory, long MinFreeBytes = 64L << 20);
