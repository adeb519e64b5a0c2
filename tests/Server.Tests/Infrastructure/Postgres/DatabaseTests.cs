using System.Diagnostics;
using Dapper;
using Koda.Protos.Common.V1;
using Koda.Server.Engine;
using Koda.Server.Infrastructure.EmbeddedPostgres;
using Koda.Server.Infrastructure.Postgres;
using Koda.Testing;
using Npgsql;
using Xunit;

namespace Koda.Server.Tests.Infrastructure.Postgres;

public sealed class DatabaseTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Fact]
    public async Task Commits_are_durable_whatever_the_connection_string_says()
    {
        await using var database = new Database(
            new DatabaseOptions { ConnectionString = postgres.ConnectionString + ";Options=-c synchronous_commit=off", MinPoolSize = 0 });
        Assert.Equal(
            "on", await database.Read((connection, _) => connection.ExecuteScalarAsync<string>("show synchronous_commit"), default));
    }

    [Fact]
    public async Task A_transaction_that_lost_a_deadlock_is_run_again()
    {
        await Execute("create table pair (id int primary key, n int not null); insert into pair values (1, 0), (2, 0)");
        var bothHold = new Barrier(2);

        await Task.WhenAll(Transfer(1, 2), Transfer(2, 1));

        Assert.Equal(
            4, await postgres.Database.Read((connection, _) => connection.ExecuteScalarAsync<int>("select sum(n) from pair"), default));

        Task Transfer(int first, int second)
        {
            var attempts = 0;
            return postgres.Database.InTransaction(
                async (transaction, token) =>
                {
                    await transaction.Connection.ExecuteAsync("update pair set n = n + 1 where id = @first", new { first });
                    if (attempts++ == 0)
                        await Task.Run(() => bothHold.SignalAndWait(TimeSpan.FromSeconds(10), token), token);
                    await transaction.Connection.ExecuteAsync("update pair set n = n + 1 where id = @second", new { second });
                },
                default);
        }
    }

    [Fact]
    public async Task A_connection_that_breaks_before_the_commit_costs_a_retry_and_no_error()
    {
        await Execute("create table kept (n int)");
        var attempts = 0;

        await postgres.Database.InTransaction(
            async (transaction, _) =>
            {
                await transaction.Connection.ExecuteAsync("insert into kept values (1)");
                if (attempts++ == 0)
                    await Execute($"select pg_terminate_backend({transaction.Connection.ProcessID})");
                await transaction.Connection.ExecuteAsync("select 1 as one");
            },
            default);

        Assert.Equal(2, attempts);
        Assert.Equal(
            1, await postgres.Database.Read((connection, _) => connection.ExecuteScalarAsync<int>("select count(*) from kept"), default));
    }

    [Fact]
    public async Task A_caller_that_finds_no_free_connection_in_time_is_told_so_and_leaves_the_pool_alone()
    {
        await using var database = new Database(new DatabaseOptions
        {
            ConnectionString = postgres.ConnectionString + ";Timeout=1",
            MaxPoolSize = 1,
            MinPoolSize = 0,
        });
        var server = await database.InTransaction(
            async (transaction, token) =>
            {
                var failure = await Assert.ThrowsAsync<EngineException>(
                    () => database.Read((connection, _) => connection.ExecuteScalarAsync<int>("select 1 as one"), token));
                Assert.Equal(ErrorReason.Unavailable, failure.Reason);
                return transaction.Connection.ProcessID;
            },
            default);

        Assert.Equal(server, await database.Read((connection, _) => Task.FromResult(connection.ProcessID), default));
    }

    [Fact]
    public async Task News_are_spread_after_the_commit_and_never_after_a_rollback()
    {
        var news = new List<string>();

        await postgres.Database.InTransaction(
            (transaction, _) =>
            {
                transaction.AfterCommit(() => news.Add("committed"));
                Assert.Empty(news);
                return Task.CompletedTask;
            },
            default);
        await Assert.ThrowsAsync<InvalidDataException>(() => postgres.Database.InTransaction(
            (transaction, _) =>
            {
                transaction.AfterCommit(() => news.Add("rolled back"));
                throw new InvalidDataException();
            },
            default));

        Assert.Equal(["committed"], news);
    }

    [Fact]
    public async Task Deferred_writes_are_made_in_their_order_and_committed_together()
    {
        var table = await NewTable();
        await postgres.Database.InTransaction(
            async (transaction, token) =>
            {
                transaction.Defer(new NpgsqlBatchCommand($"insert into {table} values (1)"));
                Assert.Equal(0, await transaction.Connection.ExecuteScalarAsync<int>($"select count(*) from {table}"));
                await transaction.Flush(token);
                Assert.Equal(1, await transaction.Connection.ExecuteScalarAsync<int>($"select count(*) from {table}"));
                transaction.Defer(new NpgsqlBatchCommand($"update {table} set n = n + 1"));
                transaction.Defer(new NpgsqlBatchCommand($"insert into {table} values (10)"));
            },
            default);

        Assert.Equal([2, 10], await Numbers(table));
    }

    [Fact]
    public async Task A_deferred_write_that_fails_undoes_the_whole_transaction_and_spreads_no_news()
    {
        var table = await NewTable();
        var news = 0;
        var failure = await Assert.ThrowsAsync<EngineException>(() => postgres.Database.InTransaction(
            async (transaction, token) =>
            {
                await transaction.Connection.ExecuteAsync($"insert into {table} values (1)");
                transaction.Defer(new NpgsqlBatchCommand($"insert into {table} values (2)"));
                transaction.Defer(new NpgsqlBatchCommand($"insert into {table} values (1)"));
                transaction.AfterCommit(() => news++);
            },
            default));

        Assert.Equal(ErrorReason.Internal, failure.Reason);
        Assert.Empty(await Numbers(table));
        Assert.Equal(0, news);
        await postgres.Database.InTransaction(
            (transaction, _) => transaction.Connection.ExecuteAsync($"insert into {table} values (3)"), default);
        Assert.Equal([3], await Numbers(table));
    }

    [Fact]
    public async Task A_refused_statement_is_an_internal_error_that_does_not_quote_the_database()
    {
        var failure = await Assert.ThrowsAsync<EngineException>(() => Execute("select * from no_such_table"));
        Assert.Equal(ErrorReason.Internal, failure.Reason);
        Assert.DoesNotContain("no_such_table", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_killed_database_is_unavailable_and_serves_again_once_restarted_with_nothing_acknowledged_lost()
    {
        var folder = Directory.CreateTempSubdirectory("kd-").FullName;
        File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherExecute);
        var cluster = await PostgresCluster.Start(new PostgresClusterOptions { DataFolder = folder }, default);
        await using (var database = new Database(new DatabaseOptions { ConnectionString = cluster.ConnectionString }))
        {
            await database.Read((connection, _) => connection.ExecuteAsync("create table written (n int primary key)"), default);
            using var killed = new CancellationTokenSource();
            var acknowledged = Task.WhenAll(
                Enumerable.Range(0, 4).Select(writer => WriteUntil(database, writer * 1_000_000, killed.Token)));
            while (await Count(database) < 50)
                await Task.Yield();
            using (var postmaster = Process.GetProcessById(cluster.ProcessId))
                postmaster.Kill();
            await killed.CancelAsync();
            var numbers = (await acknowledged).SelectMany(list => list).ToList();

            var refusal = await Record.ExceptionAsync(() => Count(database));
            cluster = await PostgresCluster.Start(new PostgresClusterOptions { DataFolder = folder }, default);

            if (refusal is not null)
                Assert.Equal(ErrorReason.Unavailable, Assert.IsType<EngineException>(refusal).Reason);
            var stored = await database.Read((connection, _) => connection.QueryAsync<int>("select n from written"), default);
            Assert.True(numbers.Count >= 40);
            Assert.Empty(numbers.Except(stored));
        }
        await cluster.Stop(default);
        Directory.Delete(folder, recursive: true);
    }

    // Ends at the first failure after the kill; a number counts as acknowledged only when its transaction returned.
    private static async Task<List<int>> WriteUntil(Database database, int from, CancellationToken killed)
    {
        var acknowledged = new List<int>();
        for (var n = from; ; n++)
        {
            try
            {
                await database.InTransaction(
                    (transaction, _) => transaction.Connection.ExecuteAsync("insert into written values (@n)", new { n }),
                    CancellationToken.None);
                acknowledged.Add(n);
            }
            catch (EngineException failure) when (failure.Reason == ErrorReason.Unavailable)
            {
                return acknowledged;
            }
            if (killed.IsCancellationRequested)
                return acknowledged;
        }
    }

    private async Task<string> NewTable()
    {
        var table = $"numbers_{Guid.NewGuid():N}";
        await Execute($"create table {table} (n int primary key)");
        return table;
    }

    private Task<IEnumerable<int>> Numbers(string table) =>
        postgres.Database.Read((connection, _) => connection.QueryAsync<int>($"select n from {table} order by n"), default);

    private static Task<int> Count(Database database) =>
        database.Read((connection, _) => connection.ExecuteScalarAsync<int>("select count(*) from written"), default);

    private Task<int> Execute(string sql) => postgres.Database.Read((connection, _) => connection.ExecuteAsync(sql), default);
}
