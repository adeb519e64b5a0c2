using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Koda.Server.Engine;
using Npgsql;

namespace Koda.Server.Infrastructure.Postgres;

/// <summary>
/// The one way to PostgreSQL: pooled connections, transactions that are retried where that is safe, failures in the engine's words, and a
/// caller that never waits for long. A statement is not cancelled when its caller goes: it ends soon by itself, and its transaction is
/// rolled back.
/// </summary>
internal sealed class Database : IQueries, IAsyncDisposable
{
    private const int MaxAttempts = 5;

    // By then PostgreSQL has ended what it began, and a connection that says nothing still is asked about for nothing.
    private static readonly TimeSpan s_longestDoubt = TimeSpan.FromSeconds(30);

    private readonly TimeProvider _clock;
    private readonly Lock _replacing = new();
    private readonly ConcurrentDictionary<Operation, TimeSpan> _running = new();
    private volatile NpgsqlDataSource _source;

    public Database(DatabaseOptions options, TimeProvider? clock = null)
    {
        _clock = clock ?? TimeProvider.System;
        Options = options;
        _source = NpgsqlDataSource.Create(ConnectionSettings.Pooled(options));
        Clock = new DatabaseClock(_clock);
        Health = new DatabaseHealth(_clock);
    }

    /// <summary>
    /// Told when connections fell silent, so that the one that listens is opened anew. It must be quick and must not throw.
    /// </summary>
    public event Action? FellSilent;

    internal DatabaseOptions Options { get; }

    internal NpgsqlDataSource Source => _source;

    /// <summary>The database's time.</summary>
    public DatabaseClock Clock { get; }

    /// <summary>Whether the database works, as far as calls have shown.</summary>
    public DatabaseHealth Health { get; }

    /// <summary>
    /// Runs <paramref name="work"/> in one transaction and commits it. It is run again, in a new transaction, when the database rolled it
    /// back for the sake of another one, or when the connection broke before the commit was sent; so it must have no effect outside the
    /// transaction.
    /// </summary>
    /// <param name="work">What is done.</param>
    /// <param name="cancellationToken">Ends the wait; what was not committed by then is not.</param>
    /// <param name="patience">How long to wait, if not as long as usual.</param>
    /// <exception cref="EngineException">UNAVAILABLE: the database is in trouble, or the outcome of the commit is unknown.</exception>
    public Task<T> InTransaction<T>(
        Func<Transaction, CancellationToken, Task<T>> work, CancellationToken cancellationToken, TimeSpan? patience = null)
    {
        var limit = patience ?? Options.Patience;
        return Await(
            operation => Transact(operation, work, InnerToken(limit, cancellationToken), cancellationToken), limit, cancellationToken);
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
    /// <exception cref="EngineException">UNAVAILABLE: the database is in trouble.</exception>
    public Task<T> Read<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> query, CancellationToken cancellationToken) =>
        Read(query, Options.Patience, cancellationToken);

    /// <inheritdoc cref="Read{T}(Func{NpgsqlConnection, CancellationToken, Task{T}}, CancellationToken)"/>
    public Task<T> Read<T>(
        Func<NpgsqlConnection, CancellationToken, Task<T>> query, TimeSpan patience, CancellationToken cancellationToken) =>
        Await(
            operation => Query(operation, query, InnerToken(patience, cancellationToken), cancellationToken), patience, cancellationToken);

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    // To cancel a statement, the driver blocks a thread; only work that may take for ever is worth that.
    private static CancellationToken InnerToken(TimeSpan patience, CancellationToken cancellationToken) =>
        patience == Timeout.InfiniteTimeSpan ? cancellationToken : CancellationToken.None;

    private async Task<T> Transact<T>(
        Operation operation,
        Func<Transaction, CancellationToken, Task<T>> work,
        CancellationToken inner,
        CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var source = operation.Source = _source;
                await using var connection = await source.OpenConnectionAsync(cancellationToken);
                operation.ProcessId = connection.ProcessID;
                await using var scope = await connection.BeginTransactionAsync(inner);
                var transaction = new Transaction(connection, Clock);
                var result = await work(transaction, inner);
                operation.BeginCommit();
                await transaction.Commit(scope);
                return result;
            }
            catch (Exception failure) when (DatabaseFailures.IsDriverError(failure))
            {
                await PrepareRetry(operation, failure, attempt, cancellationToken);
                operation.BeginAnew();
            }
        }
    }

    private async Task<T> Query<T>(
        Operation operation,
        Func<NpgsqlConnection, CancellationToken, Task<T>> query,
        CancellationToken inner,
        CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var source = operation.Source = _source;
                await using var connection = await source.OpenConnectionAsync(cancellationToken);
                operation.ProcessId = connection.ProcessID;
                return await query(connection, inner);
            }
            catch (Exception failure) when (DatabaseFailures.IsDriverError(failure))
            {
                await PrepareRetry(operation, failure, attempt, cancellationToken);
                operation.BeginAnew();
            }
        }
    }

    /// <summary>Waits for work, but not for ever: a connection whose other end vanished says nothing at all.</summary>
    private async Task<T> Await<T>(Func<Operation, Task<T>> work, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var operation = new Operation(cancellationToken);
        _running.TryAdd(operation, patience);
        var running = work(operation);
        try
        {
            return await running.WaitAsync(patience, operation.Over);
        }
        catch (Exception over) when (over is TimeoutException or OperationCanceledException && !running.IsCompleted)
        {
            if (over is OperationCanceledException && !operation.IsSilent)
                return await Leave(operation, running, patience, over);
            throw GiveUp(operation, running, over);
        }
        finally
        {
            // Work that nobody waits for any more may hold locks over a connection that fell silent: it is to be found until it ends.
            if (running.IsCompleted)
                _running.TryRemove(operation, out _);
            else
                _ = running.ContinueWith(
                    _ => _running.TryRemove(operation, out var _),
                    CancellationToken.None,
                    TaskContinuationOptions.None,
                    TaskScheduler.Default);
        }
    }

    /// <summary>The caller went. A commit that is under way is waited for: it is soon over, and tells whether it is stored.</summary>
    private async Task<T> Leave<T>(Operation operation, Task<T> running, TimeSpan patience, Exception gone)
    {
        if (operation.GiveUp())
        {
            Forget(running);
            ExceptionDispatchInfo.Throw(gone);
        }
        try
        {
            return await running.WaitAsync(patience, CancellationToken.None);
        }
        catch (TimeoutException late) when (!running.IsCompleted)
        {
            throw GiveUp(operation, running, late);
        }
    }

    private EngineException GiveUp(Operation operation, Task running, Exception why)
    {
        var isOver = operation.GiveUp();
        Forget(running);
        Replace(operation.Source);
        // What is known to be silent was found by a connection that is not.
        if (!operation.IsSilent)
            Health.Met(DatabaseTrouble.Unreachable);
        return isOver ? DatabaseTrouble.Unreachable.ToException(why) : DatabaseTrouble.Unreachable.ToUnknownOutcome(why);
    }

    /// <summary>
    /// Work that has waited for so long with a connection that is not known to be silent, by the process that it has at the database.
    /// </summary>
    public IReadOnlyList<Operation> Waiting(TimeSpan longerThan) =>
        [
            .. _running
                .Where(entry =>
                    entry.Value != Timeout.InfiniteTimeSpan
                    && entry.Key is { ProcessId: not 0, IsSilent: false }
                    && entry.Key.Age > longerThan
                    && entry.Key.Age < s_longestDoubt)
                .Select(entry => entry.Key),
        ];

    // Whoever waited was told already; how it ends tells nothing more.
    private static void Forget(Task running) =>
        running.ContinueWith(
            static over => over.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);

    /// <summary>Leaves a pool behind whose connections fell silent: they would be handed out, or wait, until TCP gives them up.</summary>
    private void Replace(NpgsqlDataSource? silent)
    {
        lock (_replacing)
        {
            if (silent is null || silent != _source)
                return;
            _source = NpgsqlDataSource.Create(ConnectionSettings.Pooled(Options));
        }
        // Not disposed of: others may be about to open a connection of it.
        silent.Clear();
        FellSilent?.Invoke();
    }

    private async Task PrepareRetry(Operation operation, Exception failure, int attempt, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (DatabaseFailures.IsContention(failure))
        {
            if (attempt == MaxAttempts)
                throw DatabaseFailures.Contention(failure);
        }
        else if (DatabaseFailures.TroubleOf(failure) is not { } trouble)
        {
            throw DatabaseFailures.Refused(failure);
        }
        else
        {
            // A restart of the database breaks every pooled connection at once: without this, each retry would meet the next broken one.
            if (DatabaseFailures.MayTryAnother(failure, trouble))
                operation.Source?.Clear();
            var isUnknown = operation.MayBeStored && !DatabaseFailures.IsRolledBack(failure);
            if (isUnknown || attempt == MaxAttempts || !DatabaseFailures.MayTryAnother(failure, trouble))
            {
                if (!operation.IsGivenUp)
                    Health.Met(trouble);
                throw isUnknown ? trouble.ToUnknownOutcome(failure) : trouble.ToException(failure);
            }
        }
        var longest = 10 * (1 << attempt);
        await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(longest / 2, longest)), _clock, cancellationToken);
    }
}
