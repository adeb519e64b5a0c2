using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Settings;

/// <summary>The settings, kept in memory so that a submission needs no look-up. A change on any server is heard by all.</summary>
internal sealed class CurrentSettings
{
    /// <summary>What other servers announce when the settings changed.</summary>
    public const string Topic = "settings";

    // A change is told to every server; should that news be lost, this is how long old settings may be used.
    private static readonly TimeSpan s_keptFor = TimeSpan.FromSeconds(10);

    private readonly Database _database;
    private readonly TimeProvider _clock;
    private volatile Known? _known;
    private int _generation;

    private sealed record Known(SystemSettings Settings, long ReadAt);

    public CurrentSettings(Database database, Broadcast broadcast, TimeProvider clock)
    {
        _database = database;
        _clock = clock;
        broadcast.OnChange(Topic, _ => Forget());
    }

    public ValueTask<SystemSettings> Read(CancellationToken cancellationToken) => Read(_database, cancellationToken);

    /// <inheritdoc cref="Read(CancellationToken)"/>
    public async ValueTask<SystemSettings> Read(IQueries queries, CancellationToken cancellationToken)
    {
        if (_known is { } known && _clock.GetElapsedTime(known.ReadAt) < s_keptFor)
            return known.Settings;
        var generation = Volatile.Read(ref _generation);
        var readAt = _clock.GetTimestamp();
        var settings = await queries.Read(SettingsStore.Find, cancellationToken);
        // What was read before a change must not be kept after it.
        if (generation == Volatile.Read(ref _generation))
            _known = new Known(settings, readAt);
        return settings;
    }

    public void Forget()
    {
        Interlocked.Increment(ref _generation);
        _known = null;
    }
}
