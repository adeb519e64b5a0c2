using System.Diagnostics;
using Dapper;
using Koda.Protos.Common.V1;
using Koda.Server.Engine;
using Koda.Server.Infrastructure.Postgres;
using Koda.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace Koda.Server.Tests.Infrastructure.Postgres;

/// <summary>What callers meet, and how long they wait, while the database cannot do what it is asked.</summary>
public sealed class DatabaseTroubleTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    [Theory]
    [InlineData("08006", "database_unreachable")]
    [InlineData("53000", "database_out_of_resources")]
    [InlineData("53100", "database_disk_full")]
    [InlineData("53200", "database_out_of_resources")]
    [InlineData("53300", "database_too_many_connections")]
    [InlineData("53999", "database_out_of_resources")]
    [InlineData("57000", "database_shutting_down")]
    [InlineData("57014", "database_slow")]
    [InlineData("57P01", "database_shutting_down")]
    [InlineData("57P03", "database_shutting_down")]
    [InlineData("58000", "database_system_error")]
    [InlineData("58030", "database_system_error")]
    [InlineData("25006", "database_read_only")]
    [InlineData("25P03", "database_unreachable")]
    [InlineData("55P03", "database_slow")]
    public async Task What_is_not_the_statements_fault_is_unavailable_and_says_why(string state, string code)
    {
        await using var database = postgres.OpenDatabase();

        var read = await Assert.ThrowsAsync<EngineException>(() => database.Read((connection, _) => Raise(connection, state), default));
        var written = await Assert.ThrowsAsync<EngineException>(
            () => database.InTransaction((transaction, _) => Raise(transaction.Connection, state), default));

        Assert.All([read, written], failure =>
        {
            Assert.Equal((ErrorReason.Unavailable, code), (failure.Reason, failure.Details["database"]));
            Assert.True(failure.RetryAfter > TimeSpan.Zero);
            Assert.DoesNotContain(state, failure.Message, StringComparison.Ordinal);
        });
        Assert.Equal(code == "database_slow", database.Health.Trouble is null);
    }

    [Fact]
    public void What_keeps_a_connection_from_being_made_is_no_fault_of_a_statement()
    {
        Assert.Equal(
            DatabaseTrouble.SystemError,
            DatabaseFailures.TroubleOf(new PostgresException("could not write init file", "FATAL", "FATAL", "XX000")));
        Assert.Null(DatabaseFailures.TroubleOf(new PostgresException("cache lookup failed", "ERROR", "ERROR", "XX000")));
    }

    [Theory]
    [InlineData("XX000")]
    [InlineData("XX001")]
    [InlineData("42601")]
    [InlineData("23514")]
    public async Task What_is_a_fault_stays_an_error(string state)
    {
        await using var database = postgres.OpenDatabase();

        var failure = await Assert.ThrowsAsync<EngineException>(() => database.Read((connection, _) => Raise(connection, state), default));

        Assert.Equal(ErrorReason.Internal, failure.Reason);
        Assert.Null(database.Health.Trouble);
    }

    [Fact]
    public async Task A_trouble_is_over_once_a_change_is_committed()
    {
        await using var database = postgres.OpenDatabase();
        var told = new List<DatabaseTrouble?>();
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        database.Health.Changed += trouble =>
        {
            told.Add(trouble);
            if (trouble is null)
                over.TrySetResult();
        };
        using var watch = new DatabaseWatch(database, TimeProvider.System, NullLogger<DatabaseWatch>.Instance);
        await watch.StartAsync(default);

        database.Health.Met(DatabaseTrouble.DiskFull);
        await over.Task.WaitAsync(TimeSpan.FromMinutes(1));
        await watch.StopAsync(default);

        Assert.Equal([DatabaseTrouble.DiskFull, null], told);
        Assert.True(database.Health.WasTroubledWithin(TimeSpan.FromHours(1)));
        Assert.Equal(
            0, await database.Read((connection, _) => connection.ExecuteScalarAsync<int>("select count(*) from write_probes"), default));
    }

    [Fact]
    public async Task Who_is_let_down_by_a_silent_connection_is_told_in_time_and_the_next_is_not()
    {
        await using var link = new SilentLink(postgres.SocketEndPoint);
        await using var database = new Database(new DatabaseOptions
        {
            ConnectionString = postgres.ConnectionStringOver(link.Port),
            MaxPoolSize = 4,
            MinPoolSize = 0,
            Patience = s_patience,
        });
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => One(database)));

        link.FallSilent();
        var waited = Stopwatch.StartNew();
        var callers = Enumerable.Range(0, 12).Select(_ => Assert.ThrowsAsync<EngineException>(() => One(database))).ToArray();
        var failures = await Task.WhenAll(callers);
        Assert.All(failures, failure => Assert.Equal(ErrorReason.Unavailable, failure.Reason));
        Assert.InRange(waited.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(12));
        Assert.Equal(DatabaseTrouble.Unreachable, database.Health.Trouble);

        link.TakeNew();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => One(database)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_silent_transaction_has_locked_is_free_soon_after_also_when_its_caller_went(bool leaves)
    {
        await using var link = new SilentLink(postgres.SocketEndPoint);
        await using var database = new Database(new DatabaseOptions
        {
            // The limit of the session would free it too, in its time.
            ConnectionString = postgres.ConnectionStringOver(link.Port) + ";Options=-c idle_in_transaction_session_timeout=10min",
            MinPoolSize = 0,
        });
        await using var other = postgres.OpenDatabase();
        using var watch = new DatabaseWatch(database, TimeProvider.System, NullLogger<DatabaseWatch>.Instance);
        await watch.StartAsync(default);
        using var gone = new CancellationTokenSource();
        var work = database.InTransaction(
            async (transaction, _) =>
            {
                await transaction.Connection.ExecuteAsync("select pg_advisory_xact_lock(77)");
                link.FallSilent();
                if (leaves)
                    await gone.CancelAsync();
                return await transaction.Connection.ExecuteScalarAsync<int>("select 1");
            },
            gone.Token);

        await Assert.ThrowsAnyAsync<Exception>(() => work);
        link.TakeNew();

        await Eventually.IsTrue(
            () => other.Read((connection, _) => connection.ExecuteScalarAsync<bool>("select pg_try_advisory_xact_lock(77)"), default),
            "the lock is free");
        await watch.StopAsync(default);
    }

    [Fact]
    public async Task What_was_given_up_before_its_commit_is_never_committed()
    {
        await using var database = postgres.OpenDatabase();
        await database.Read((connection, _) => connection.ExecuteAsync("create table given_up (n int)"), default);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var gone = new CancellationTokenSource();
        var work = database.InTransaction(
            async (transaction, _) =>
            {
                await transaction.Connection.ExecuteAsync("insert into given_up values (1)");
                await gone.CancelAsync();
                await release.Task;
                ended.SetResult();
                return true;
            },
            gone.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => work);
        release.SetResult();
        await ended.Task;

        await Eventually.IsTrue(
            () =>
                database.Read(
                    (connection, _) =>
                        connection.ExecuteScalarAsync<bool>(
                            "select not exists (select from pg_locks where relation = 'given_up'::regclass and pid <> pg_backend_pid())"),
                    default),
            "the transaction is over");
        Assert.Equal(
            0, await database.Read((connection, _) => connection.ExecuteScalarAsync<int>("select count(*) from given_up"), default));
    }

    [Fact]
    public async Task Limits_of_time_are_set_unless_the_connection_string_sets_them()
    {
        await using var usual = postgres.OpenDatabase();
        await using var given = new Database(new DatabaseOptions
        {
            ConnectionString = postgres.ConnectionString + ";Options=-c statement_timeout=77s;Timeout=9",
            MinPoolSize = 0,
        });

        Assert.Equal(("8s", "5s"), (await Show(usual, "statement_timeout"), await Show(usual, "idle_in_transaction_session_timeout")));
        Assert.Equal(("77s", "5s"), (await Show(given, "statement_timeout"), await Show(given, "idle_in_transaction_session_timeout")));
        var overTcp = given.Options with { ConnectionString = "Host=db.example;Timeout=9" };
        var settings = new NpgsqlConnectionStringBuilder(ConnectionSettings.Pooled(overTcp));
        Assert.Equal((9, true, 10), (settings.Timeout, settings.TcpKeepAlive, settings.TcpKeepAliveTime));
    }

    [Fact]
    public async Task Those_who_came_while_a_batch_met_trouble_are_told_with_it_and_nothing_of_theirs_is_stored()
    {
        await using var database = postgres.OpenDatabase();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var batches = 0;
        await using var batcher = new WriteBatcher<int, int>(
            database,
            async (transaction, items, _) =>
            {
                batches++;
                begun.TrySetResult();
                await gate.Task;
                return [await Raise(transaction.Connection, "53100")];
            });
        var first = batcher.Write(1, default);
        await begun.Task;
        var others = Enumerable.Range(2, 5).Select(n => batcher.Write(n, default)).ToArray();
        gate.SetResult();

        foreach (var write in others.Prepend(first))
            Assert.Equal("database_disk_full", (await Assert.ThrowsAsync<EngineException>(() => write)).Details["database"]);
        Assert.Equal(1, batches);
    }

    private static Task<string?> Show(Database database, string setting) =>
        database.Read((connection, _) => connection.ExecuteScalarAsync<string>($"show {setting}"), default);

    private static Task<int> One(Database database) =>
        database.Read((connection, _) => connection.ExecuteScalarAsync<int>("select 1"), default);

    private static async Task<int> Raise(NpgsqlConnection connection, string state) =>
        await connection.ExecuteAsync($"do $$ begin raise exception 'told so' using errcode = '{state}'; end $$");
}
