using Npgsql;

namespace Koda.Server.Infrastructure.Postgres;

/// <summary>
/// A running transaction: its connection, the writes that wait for its end, and what is to happen when (and only when) it has committed.
/// </summary>
internal sealed class Transaction(NpgsqlConnection connection, DatabaseClock clock) : IQueries
{
    private readonly List<NpgsqlBatchCommand> _deferred = [];
    private List<Action>? _afterCommit;
    private DateTime? _time;

    public NpgsqlConnection Connection { get; } = connection;

    /// <summary>
    /// Runs a query within the transaction. What the driver throws is for whoever runs the transaction: it may run again as a whole.
    /// </summary>
    public Task<T> Read<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> query, CancellationToken cancellationToken) =>
        query(Connection, cancellationToken);

    /// <summary>
    /// Takes a write whose result nobody needs. All such writes go to the database in their order together with the commit, in one round
    /// trip; statements before that do not see them, unless <see cref="Flush"/> was called.
    /// </summary>
    public void Defer(NpgsqlBatchCommand write) => _deferred.Add(write);

    /// <summary>Sends the deferred writes now, for a statement that must see them.</summary>
    public Task Flush(CancellationToken cancellationToken) => _deferred.Count == 0 ? Task.CompletedTask : Send(cancellationToken);

    /// <summary>Registers news to be spread once the commit is confirmed. The action must be quick and must not throw.</summary>
    public void AfterCommit(Action action) => (_afterCommit ??= []).Add(action);

    /// <summary>Tells the transaction the database's time that a statement of it returned.</summary>
    public void ObserveTime(DateTime time)
    {
        clock.Observe(time);
        _time = time;
    }

    /// <summary>The database's time (UTC, microseconds) within this transaction, or shortly before it.</summary>
    public async ValueTask<DateTime> Time(CancellationToken cancellationToken) => _time ??= clock.Now ?? await ReadClock(cancellationToken);

    /// <summary>Commits, which cannot be taken back: so it heeds no cancellation.</summary>
    internal async Task Commit(NpgsqlTransaction scope)
    {
        if (_deferred.Count == 0)
        {
            await scope.CommitAsync(CancellationToken.None);
        }
        else
        {
            _deferred.Add(new NpgsqlBatchCommand("commit"));
            await Send(CancellationToken.None);
        }
        foreach (var action in _afterCommit ?? [])
            action();
    }

    private async Task Send(CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(Connection);
        foreach (var write in _deferred)
            batch.BatchCommands.Add(write);
        _deferred.Clear();
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<DateTime> ReadClock(CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select clock_timestamp()", Connection);
        var time = (DateTime)(await command.ExecuteScalarAsync(cancellationToken))!;
        clock.Observe(time);
        return time;
    }
}
