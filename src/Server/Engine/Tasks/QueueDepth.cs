using Koda.Protos.Common.V1;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Tasks;

/// <summary>
/// Bounds the queue. This server keeps count of what it queues and hands out; what others do, and what was cancelled, is counted in the
/// table now and then, and never while a caller waits. So admission costs the same at any depth.
/// </summary>
internal sealed class QueueDepth(Database database, EngineOptions options, TimeProvider clock)
{
    private static readonly TimeSpan s_shortest = TimeSpan.FromSeconds(2);

    // A count may take at most a hundredth of the time.
    private const int RestPerCount = 100;

    private int _counting;
    private long _depth;

    // 0: never.
    private long _countedAt;

    private TimeSpan _took;

    /// <exception cref="EngineException">TASK_QUEUE_FULL.</exception>
    public void Admit()
    {
        var depth = Volatile.Read(ref _depth);
        if (IsStale() && Interlocked.Exchange(ref _counting, 1) == 0)
            _ = Task.Run(Count);
        if (depth >= options.MaxQueuedTasks)
        {
            throw new EngineException(
                ErrorReason.TaskQueueFull,
                $"{options.MaxQueuedTasks} tasks are queued, which is the limit.",
                new Dictionary<string, string> { ["limit"] = $"{options.MaxQueuedTasks}" },
                s_shortest);
        }
    }

    /// <summary>This server queued so many tasks.</summary>
    public void Add(int tasks) => Interlocked.Add(ref _depth, tasks);

    /// <summary>This server handed so many out.</summary>
    public void Take(int tasks) => Interlocked.Add(ref _depth, -tasks);

    private bool IsStale()
    {
        var counted = Volatile.Read(ref _countedAt);
        var rest = _took * RestPerCount;
        return counted == 0 || clock.GetElapsedTime(counted) > (rest > s_shortest ? rest : s_shortest);
    }

    private async Task Count()
    {
        var started = clock.GetTimestamp();
        var before = Volatile.Read(ref _depth);
        try
        {
            var counted = await database.Read(
                (connection, token) => TaskStore.CountQueued(connection, options.MaxQueuedTasks, token), CancellationToken.None);
            // What was queued and handed out meanwhile is added, whether or not the count has seen it.
            Interlocked.Add(ref _depth, counted - before);
        }
        catch (EngineException failure) when (failure.Reason == ErrorReason.Unavailable)
        {
            // Who submits meets the same trouble by itself; this is tried again after the rest.
        }
        finally
        {
            _took = clock.GetElapsedTime(started);
            Volatile.Write(ref _countedAt, clock.GetTimestamp());
            Volatile.Write(ref _counting, 0);
        }
    }
}
