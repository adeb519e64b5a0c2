using Dapper;
using Npgsql;

namespace Koda.Bench;

/// <summary>Looks at the server's database from outside: how often it is asked, and how deep its queue is.</summary>
internal sealed class DatabaseProbe(string connectionString) : IAsyncDisposable
{
    private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(connectionString);

    private const string TransactionsSql = "select xact_commit + xact_rollback from pg_stat_database where datname = current_database()";

    /// <summary>Transactions a second that the server makes while nothing happens; the probe's own are left out.</summary>
    public async Task<double> IdleQueriesPerSecond(int seconds)
    {
        await using var connection = await _source.OpenConnectionAsync();
        // Statistics of a backend become visible with a delay of up to a second.
        await Task.Delay(TimeSpan.FromSeconds(2));
        var before = await connection.ExecuteScalarAsync<long>(TransactionsSql);
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        var after = await connection.ExecuteScalarAsync<long>(TransactionsSql);
        return Math.Round((after - before - 1) / (double)seconds, 1);
    }

    private const string FillSql = """
        with filled as (
            insert into tasks (
                id, run_id, stream_id, agent_id, agent_version, state, priority, max_attempts, principal, traceparent, workspace, query, metadata, context)
            select id, id, id, 'bench-backlog', 1, 'queued', 0, 3, 'bench', '', '', 'nothing', '{}', '{}'
            from (select gen_random_uuid() as id from generate_series(1, @count)) as made
            returning 1
        )
        select count(*) from filled
        """;

    /// <summary>Queues tasks of an agent that no worker takes, directly in the table.</summary>
    public async Task Fill(int count)
    {
        await using var connection = await _source.OpenConnectionAsync();
        for (var left = count; left > 0; left -= 500_000)
            await connection.ExecuteAsync(new CommandDefinition(FillSql, new { count = Math.Min(left, 500_000) }, commandTimeout: 0));
        await connection.ExecuteAsync(new CommandDefinition("vacuum analyze tasks", commandTimeout: 0));
        // What is measured next is not to wait for the disk to take what was filled in.
        await connection.ExecuteAsync(new CommandDefinition("checkpoint;", commandTimeout: 0));
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
