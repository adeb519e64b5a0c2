using Npgsql;

namespace Koda.Server.Infrastructure.Postgres;

/// <summary>The one way to PostgreSQL: pooled connections, transactions that are retried where that is safe, failures in the engine's words.</summary>
internal sealed class Database : IQueries, IAsyncDisposable
{
    private const int MaxAttempts = 5;

    // Whatever the connection string says, an acknowledged change is durable. Compiling plans costs more than any query here takes. Every frequent query
    // finds its rows by an index; a plan that was cached while a table was small must not read it whole when it has grown.
    private const string SessionSettings =
        "-c synchronous_commit=on -c jit=off -c random_page_cost=1.1 -c timezone=UTC -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off";

    private readonly TimeProvider _clock;

    public Database(DatabaseOptions options, TimeProvider? clock = null)
    {
        _clock = clock ?? TimeProvider.System;
        Options = options;
        Source = NpgsqlDataSource.Create(ConnectionSettings(options));
        Clock = new DatabaseClock(_clock);
    }

    internal DatabaseOptions Options { get; }

    internal NpgsqlDataSource Source { get; }

    /// <summary>The database's time.</summary>
    public DatabaseClock Clock { get; }

    /// <summary>
    /// Runs <paramref name="work"/> in one transaction and commits it. It is run again, in a new transaction, when the database rolled it back for the
    /// sake of another one, or when the connection broke before the commit was sent; so it must have no effect outside the transaction.
    /// </summary>
    /// <exception cref="Engine.EngineException">UNAVAILABLE: the database cannot be reached, or the outcome of the commit is unknown.</exception>
    public async Task<T> InTransaction<T>(Func<Transaction, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var commitSent = false;
            try
            {
                await using var connection = await Source.OpenConnectionAsync(cancellationToken);
                await using var scope = await connection.BeginTransactionAsync(cancellationToken);
                var transaction = new Transaction(connection, Clock);
                var result = await work(transaction, cancellationToken);
                commitSent = true;
                await transaction.Commit(scope);
                return result;
            }
            catch (Exception failure) when (DatabaseFailures.IsDriverError(failure))
            {
                await PrepareRetry(failure, attempt, commitSent, cancellationToken);
            }
        }
    }

    /// <inheritdoc cref="InTransaction{T}"/>
    public Task InTransaction(Func<Transaction, CancellationToken, Task> work, CancellationToken cancellationToken) =>
        InTransaction(
            async (transaction, token) =>
            {
                await work(transaction, token);
                return true;
            },
            cancellationToken);

    /// <summary>Runs a query, or a single statement whose repetition does no harm, outside a transaction.</summary>
    /// <exception cref="Engine.EngineException">UNAVAILABLE: the database cannot be reached.</exception>
    public async Task<T> Read<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> query, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var connection = await Source.OpenConnectionAsync(cancellationToken);
                return await query(connection, cancellationToken);
            }
            catch (Exception failure) when (DatabaseFailures.IsDriverError(failure))
            {
                await PrepareRetry(failure, attempt, commitSent: false, cancellationToken);
            }
        }
    }

    public ValueTask DisposeAsync() => Source.DisposeAsync();

    private static string ConnectionSettings(DatabaseOptions options)
    {
        var settings = new NpgsqlConnectionStringBuilder(options.ConnectionString)
        {
            MaxPoolSize = options.MaxPoolSize,
            MinPoolSize = Math.Min(options.MinPoolSize, options.MaxPoolSize),
            CommandTimeout = (int)options.CommandTimeout.TotalSeconds,
            MaxAutoPrepare = 200,
            AutoPrepareMinUsages = 2,
            ApplicationName = "koda",
            // No work leaves anything behind in its session: a reset after each would cost more than most statements.
            NoResetOnClose = true,
        };
        settings.Options = $"{settings.Options} {SessionSettings}".Trim();
        return settings.ConnectionString;
    }

    private async Task PrepareRetry(Exception failure, int attempt, bool commitSent, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (DatabaseFailures.IsContention(failure))
        {
            if (attempt == MaxAttempts)
                throw DatabaseFailures.Contention(failure);
        }
        else if (!DatabaseFailures.IsUnreachable(failure))
        {
            throw DatabaseFailures.Refused(failure);
        }
        else if (DatabaseFailures.IsTimeout(failure))
        {
            // It has waited long enough, and others wait for the connections that it would take.
            throw commitSent ? DatabaseFailures.UnknownOutcome(failure) : DatabaseFailures.Unreachable(failure);
        }
        else
        {
            // A restart of the database breaks every pooled connection at once: without this, each retry would meet the next broken one.
            Source.Clear();
            if (commitSent)
                throw DatabaseFailures.UnknownOutcome(failure);
            if (attempt == MaxAttempts)
                throw DatabaseFailures.Unreachable(failure);
        }
        var longest = 10 * (1 << attempt);
        await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(longest / 2, longest)), _clock, cancellationToken);
    }
}
