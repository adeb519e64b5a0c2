using Koda.Server.Engine.Attempts;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Dispatch;

/// <summary>
/// Ends leases that are over, but not those that nobody could renew: after a trouble of the database, and after a time in which it or this
/// server stood still, each gets its time anew.
/// </summary>
internal sealed class SweepLeases : ISweep
{
    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(2);

    private readonly Database _database;
    private readonly ConnectionHost _host;
    private readonly ExpireLeases _expireLeases;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _lease;
    private long? _lookedAt;
    private long _silentUntil;

    public SweepLeases(Database database, ConnectionHost host, ExpireLeases expireLeases, EngineOptions options, TimeProvider clock)
    {
        _database = database;
        _host = host;
        _expireLeases = expireLeases;
        _clock = clock;
        _lease = options.Lease;
        _silentUntil = clock.GetTimestamp() - (long)(2 * _lease.TotalSeconds * clock.TimestampFrequency);
    }

    public string NextDueSql => AttemptStore.NextDueSql;

    /// <summary>Every holder had the time to renew.</summary>
    public bool IsFair => !_database.Health.WasTroubledWithin(_lease) && _clock.GetElapsedTime(_silentUntil) > _lease;

    /// <summary>To be called at each look, of which the longest pause is <paramref name="usual"/>.</summary>
    public void NoticeSilence(TimeSpan usual)
    {
        var now = _clock.GetTimestamp();
        if (_lookedAt is { } before && _clock.GetElapsedTime(before, now) > usual + s_silence)
            _silentUntil = now;
        _lookedAt = now;
    }

    public async Task Execute(CancellationToken cancellationToken)
    {
        if (!IsFair)
            return;
        foreach (var attempt in await _expireLeases.Execute(cancellationToken))
        {
            foreach (var connection in _host.Connections)
                connection.Expire(attempt);
        }
    }
}
