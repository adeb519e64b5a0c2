using Koda.Protos.Common.V1;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Tasks;

/// <summary>What waits for a worker.</summary>
/// <param name="AgentId">The tasks' agent.</param>
/// <param name="Tasks">How many there are.</param>
/// <param name="Age">How long the first of them has waited.</param>
internal sealed record QueuedTasks(string AgentId, long Tasks, TimeSpan Age);

/// <summary>
/// The queue as metrics show it. It is looked at when somebody collects them, and seldom enough to cost the database next to nothing.
/// </summary>
internal sealed class QueueGauge : IDisposable
{
    // Each agent is a series of its own for ever; what more agents have queued is one together.
    private const int MostAgents = 100;
    private const string Others = "_OTHER";

    // A look may take a hundredth of the time, unless that would leave the queue unseen for long.
    private const int RestPerLook = 100;

    private static readonly TimeSpan s_shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private readonly Database _database;
    private readonly TimeProvider _clock;
    private readonly SemaphoreSlim _looking = new(1, 1);
    private readonly HashSet<string> _agents = new(StringComparer.Ordinal);
    private volatile IReadOnlyList<QueuedTasks> _last = [];
    private TimeSpan _rest;
    private long? _lookedAt;

    public QueueGauge(Database database, TaskMetrics metrics, TimeProvider clock)
    {
        _database = database;
        _clock = clock;
        metrics.ObserveQueue(Observe);
    }

    /// <summary>Looks again when the last look is old. While the database is in trouble, nothing is known of the queue.</summary>
    public async Task Refresh(CancellationToken cancellationToken)
    {
        await _looking.WaitAsync(cancellationToken);
        try
        {
            if (_lookedAt is { } before && _clock.GetElapsedTime(before) < _rest)
                return;
            var started = _clock.GetTimestamp();
            _last = await Look(cancellationToken);
            _lookedAt = _clock.GetTimestamp();
            var rest = _clock.GetElapsedTime(started) * RestPerLook;
            _rest = rest < s_shortest ? s_shortest : rest > s_longest ? s_longest : rest;
        }
        finally
        {
            _looking.Release();
        }
    }

    public void Dispose() => _looking.Dispose();

    // A collector asks on a thread of its own, and knows no other way to wait.
    private IReadOnlyList<QueuedTasks> Observe()
    {
        Task.Run(() => Refresh(CancellationToken.None)).GetAwaiter().GetResult();
        return _last;
    }

    private async Task<IReadOnlyList<QueuedTasks>> Look(CancellationToken cancellationToken)
    {
        try
        {
            return Bounded(await _database.Read(TaskStore.Queued, s_patience, cancellationToken));
        }
        catch (EngineException failure) when (failure.Reason == ErrorReason.Unavailable)
        {
            return [];
        }
    }

    private List<QueuedTasks> Bounded(IReadOnlyList<QueuedTasks> queued)
    {
        var own = new List<QueuedTasks>(queued.Count);
        QueuedTasks? others = null;
        foreach (var of in queued)
        {
            if (_agents.Contains(of.AgentId) || (_agents.Count < MostAgents && _agents.Add(of.AgentId)))
                own.Add(of);
            else
                others = new QueuedTasks(
                    Others, of.Tasks + (others?.Tasks ?? 0), others is { } more && more.Age > of.Age ? more.Age : of.Age);
        }
        // An agent whose queue is empty again has a queue of none.
        own.AddRange(_agents.Except(own.Select(of => of.AgentId)).Select(agent => new QueuedTasks(agent, 0, TimeSpan.Zero)));
        return others is null ? own : [.. own, others];
    }
}
