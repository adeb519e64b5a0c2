using System.Threading.Channels;

namespace Koda.Server.Infrastructure.Postgres;

/// <summary>
/// What this server knows of its database from the calls that it makes, so that nobody has to ask. A trouble begins with a call that failed
/// for it and ends when a write of <see cref="DatabaseWatch"/> is committed: where the disk is full, small changes succeed between those
/// that do not.
/// </summary>
internal sealed class DatabaseHealth(TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly Channel<bool> _doubt = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private DatabaseTrouble? _trouble;
    private long? _endedAt;

    /// <summary>Told, once for each, of troubles that began and of those that ended. It must be quick and must not throw.</summary>
    public event Action<DatabaseTrouble?>? Changed;

    /// <summary>What is the matter; null when nothing is known to be.</summary>
    public DatabaseTrouble? Trouble
    {
        get
        {
            lock (_gate)
                return _trouble;
        }
    }

    /// <summary>Whether there is trouble, or the last one ended less than <paramref name="time"/> ago.</summary>
    public bool WasTroubledWithin(TimeSpan time)
    {
        lock (_gate)
            return _trouble is not null || (_endedAt is { } ended && clock.GetElapsedTime(ended) < time);
    }

    /// <summary>A call failed for it.</summary>
    public void Met(DatabaseTrouble trouble)
    {
        if (!trouble.ConcernsAll())
            return;
        lock (_gate)
        {
            if (_trouble == trouble)
                return;
            _trouble = trouble;
            _doubt.Writer.TryWrite(true);
        }
        Changed?.Invoke(trouble);
    }

    /// <summary>Reads and writes work again.</summary>
    public void Recovered()
    {
        lock (_gate)
        {
            if (_trouble is null)
                return;
            _trouble = null;
            _endedAt = clock.GetTimestamp();
        }
        Changed?.Invoke(null);
    }

    /// <summary>Returns when a trouble began, at once when one has since the last return.</summary>
    public async Task WaitForDoubt(CancellationToken cancellationToken) => await _doubt.Reader.ReadAsync(cancellationToken);
}
