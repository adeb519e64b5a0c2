using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Koda.Server.Infrastructure.Postgres;

/// <summary>
/// Finds out when a trouble of the database is over: by a change that needs room on its disk and is committed, over a connection of its
/// own. Then, and when work waits for long, it finds the connections that fell silent. It asks nothing while there is no doubt.
/// </summary>
internal sealed class DatabaseWatch(Database database, TimeProvider clock, ILogger<DatabaseWatch> log) : BackgroundService
{
    private static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_doubtful = TimeSpan.FromSeconds(3);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                if (database.Health.Trouble is not null)
                    await UntilItIsOver(stoppingToken);
                var began = clock.GetTimestamp();
                await WaitForDoubt(stoppingToken);
                // A process that gets no time itself finds everybody else slow.
                if (clock.GetElapsedTime(began) < s_patience && database.Waiting(s_doubtful).Count > 0)
                    await LookForSilence(s_doubtful, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task WaitForDoubt(CancellationToken stopping)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await Task.WhenAny(database.Health.WaitForDoubt(either.Token), Task.Delay(s_between * 2, clock, either.Token));
        await either.CancelAsync();
        stopping.ThrowIfCancellationRequested();
    }

    private async Task LookForSilence(TimeSpan longerThan, CancellationToken stopping)
    {
        var waiting = database.Waiting(longerThan);
        if (waiting.Count == 0)
            return;
        var (trouble, silent) = await Try(connection => EndSilent(connection, waiting, longerThan), stopping);
        if (trouble is { } found)
            database.Health.Met(found);
        foreach (var operation in waiting.Where(operation => silent?.Contains(operation.ProcessId) == true))
            operation.FallSilent();
    }

    private async Task UntilItIsOver(CancellationToken stopping)
    {
        var began = clock.GetTimestamp();
        DatabaseTrouble? told = null;
        while (database.Health.Trouble is { } trouble)
        {
            if (trouble != told)
                PostgresLog.TroubleBegan(log, trouble.Message());
            told = trouble;
            if (await Probe(stopping) is { } still)
                database.Health.Met(still);
            else
                database.Health.Recovered();
            // Connections from before may be silent for ever.
            if (database.Health.Trouble is null)
                await LookForSilence(s_patience, stopping);
            await Task.Delay(s_between, clock, stopping);
        }
        PostgresLog.TroubleEnded(log, clock.GetElapsedTime(began).TotalSeconds);
    }

    private async Task<DatabaseTrouble?> Probe(CancellationToken stopping) => (await Try(Write, stopping)).Trouble;

    /// <returns>What is the matter, null for nothing, and what was found.</returns>
    private async Task<(DatabaseTrouble? Trouble, T? Found)> Try<T>(Func<NpgsqlConnection, Task<T>> ask, CancellationToken stopping)
    {
        var asking = Ask(ask, stopping);
        try
        {
            return (null, await asking.WaitAsync(s_patience, stopping));
        }
        catch (TimeoutException) when (!asking.IsCompleted)
        {
            _ = asking.ContinueWith(
                static over => over.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            return (DatabaseTrouble.Unreachable, default);
        }
        catch (Exception failure) when (DatabaseFailures.IsDriverError(failure))
        {
            // What is no trouble of the database, such as a password that was changed, keeps this server from it all the same.
            return (
                DatabaseFailures.TroubleOf(failure) is { } trouble && trouble.ConcernsAll() ? trouble : DatabaseTrouble.Unreachable,
                default);
        }
    }

    private async Task<T> Ask<T>(Func<NpgsqlConnection, Task<T>> ask, CancellationToken stopping)
    {
        await using var connection = new NpgsqlConnection(ConnectionSettings.Probing(database.Options));
        await connection.OpenAsync(stopping);
        return await ask(connection);
    }

    // A statement that arrived is worked at; one that was answered shows so, and the next comes soon. What a silent transaction has locked,
    // and the events that nobody may read before it ends, would wait for the limit of its time. Behind a pooler the number of a process may
    // be anybody's.
    private const string SilentSql = """
        with silent as materialized (
            select pid from pg_stat_activity
            where pid = any($1) and state <> 'active' and state_change < clock_timestamp() - $2
                and datname = current_database() and usename = current_user and application_name = current_setting('application_name')
        )
        select pid from silent where pg_terminate_backend(pid) is not null
        """;

    private static async Task<HashSet<int>> EndSilent(NpgsqlConnection connection, IReadOnlyList<Operation> waiting, TimeSpan longerThan)
    {
        await using var command = new NpgsqlCommand(SilentSql, connection);
        command.Parameters.AddColumn(waiting, operation => operation.ProcessId);
        command.Parameters.AddValue(longerThan);
        var silent = new HashSet<int>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            silent.Add(reader.GetInt32(0));
        return silent;
    }

    // It is not compressed, and the rows of before are dead, so the table must grow for it: a disk that is full shows.
    private const string WriteSql = """
        with probe as (
            insert into write_probes (filler) select string_agg(sha256(random()::text::bytea), ''::bytea) from generate_series(1, 2048) returning id
        )
        select id from probe
        """;

    private const string RemoveSql = "delete from write_probes where id = $1";

    private static async Task<bool> Write(NpgsqlConnection connection)
    {
        await using var transaction = await connection.BeginTransactionAsync();
        await using var write = new NpgsqlCommand(WriteSql, connection);
        var id = (long)(await write.ExecuteScalarAsync())!;
        await using var remove = new NpgsqlCommand(RemoveSql, connection);
        remove.Parameters.AddValue(id);
        await remove.ExecuteNonQueryAsync();
        await transaction.CommitAsync();
        return true;
    }
}
