using Npgsql;

namespace Koda.Server.Infrastructure.Postgres;

/// <summary>A running transaction: its connection, and what is to happen when (and only when) it has committed.</summary>
internal sealed class Transaction(NpgsqlConnection connection)
{
    private List<Action>? _afterCommit;
    private DateTime? _time;

    public NpgsqlConnection Connection { get; } = connection;

    /// <summary>Registers news to be spread once the commit is confirmed. The action must be quick and must not throw.</summary>
    public void AfterCommit(Action action) => (_afterCommit ??= []).Add(action);

    /// <summary>Tells the transaction the database's time that a statement of it returned, which saves others a round trip.</summary>
    public void ObserveTime(DateTime time) => _time = time;

    /// <summary>The database's time (UTC, microseconds) at some moment within this transaction.</summary>
    public async ValueTask<DateTime> Time(CancellationToken cancellationToken) => _time ??= await ReadClock(cancellationToken);

    internal void Committed()
    {
        foreach (var action in _afterCommit ?? [])
            action();
    }

    private async Task<DateTime> ReadClock(CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select clock_timestamp()", Connection);
        return (DateTime)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
