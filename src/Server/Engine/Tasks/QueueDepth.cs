using Koda.Protos.Common.V1;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Tasks;

/// <summary>
/// Bounds the queue. The depth is counted now and then, never for a single submission, so admission costs the same at any depth.
/// </summary>
internal sealed class QueueDepth(Database database, EngineOptions options, TimeProvider clock)
{
    private static readonly TimeSpan s_shortest = TimeSpan.FromSeconds(2);

    // A count may take at most a hundredth of the time.
    private const int RestPerCount = 100;

    private int _counting;
    private long _depth;
    private long _countedAt;
    private TimeSpan _rest;
    private bool _counted;

    /// <exception cref="EngineException">TASK_QUEUE_FULL.</exception>
    public async ValueTask Admit(CancellationToken cancellationToken)
    {
        if (IsStale() && Interlocked.Exchange(ref _counting, 1) == 0)
        {
            try
            {
                await Count(cancellationToken);
            }
            finally
            {
                Volatile.Write(ref _counting, 0);
            }
        }
        if (Volatile.Read(ref _depth) >= options.MaxQueuedTasks)
        {
            throw new EngineException(
                ErrorReason.TaskQueueFull,
                $"{options.MaxQueuedTasks} tasks are queued, which is the limit.",
                new Dictionary<string, string> { ["limit"] = $"{options.MaxQueuedTasks}" },
                s_shortest);
        }
    }

    /// <summary>Tasks of this server that were queued since the last count.</summary>
    public void Add(int tasks) => Interlocked.Add(ref _depth, tasks);

    private bool IsStale() => !_counted || clock.GetElapsedTime(_countedAt) > _rest;

    private async Task Count(CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        var depth = await database.Read(
            (connection, token) => TaskStore.CountQueued(connection, options.MaxQueuedTasks, token), cancellationToken);
        var took = clock.GetElapsedTime(started) * RestPerCount;
        _rest = took > s_shortest ? took : s_shortest;
        _countedAt = clock.GetTimestamp();
        Volatile.Write(ref _depth, depth);
        _counted = true;
    }
}
