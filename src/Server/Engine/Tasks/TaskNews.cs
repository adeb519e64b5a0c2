using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Tasks;

/// <summary>Tells the dispatchers of all servers what changed, once it is committed.</summary>
internal sealed class TaskNews
{
    /// <summary>The signal that a task was queued, or that a place under an agent's limit became free.</summary>
    public const string WorkAvailable = "tasks";

    private const string StopTopic = "task-stops";

    private readonly WakeUps _wakeUps;
    private readonly Broadcast _broadcast;

    public TaskNews(WakeUps wakeUps, Broadcast broadcast)
    {
        _wakeUps = wakeUps;
        _broadcast = broadcast;
        // News that got lost does no harm: each renewal of a lease tells of the stop too.
        broadcast.OnChange(StopTopic, HearStop);
    }

    /// <summary>A running task is asked to stop, or one that waited is cancelled.</summary>
    public event Action<Guid, RequestedStop>? StopRequested;

    /// <summary>A task of this server is to be queued again after so long.</summary>
    public event Action<TimeSpan>? RetryDueIn;

    /// <summary>A turn of this server ended or asks, which may concern its subagents or who called it.</summary>
    public event Action? SubagentsChanged;

    public void Spread(Transaction transaction, IReadOnlyCollection<LockedTask> tasks)
    {
        if (tasks.Any(task => task.FreesWork))
            SpreadQueued(transaction);
        foreach (var task in tasks)
        {
            if (task.State == TaskState.Running && task.StopRequested != RequestedStop.None)
                transaction.AfterCommit(() => AnnounceStop(task.Id, task.StopRequested));
            if (task.EndedAtRest)
                transaction.AfterCommit(() => AnnounceStop(task.Id, RequestedStop.Cancel));
            if (task.Delay is { } delay)
                transaction.AfterCommit(() => RetryDueIn?.Invoke(delay));
        }
    }

    public void SpreadQueued(Transaction transaction) => transaction.AfterCommit(() => _wakeUps.Raise(WorkAvailable));

    public void SpreadSubagents(Transaction transaction) => transaction.AfterCommit(() => SubagentsChanged?.Invoke());

    private void AnnounceStop(Guid taskId, RequestedStop stop)
    {
        StopRequested?.Invoke(taskId, stop);
        _broadcast.Announce(StopTopic, $"{EnumText<RequestedStop>.Of(stop)}:{taskId:N}");
    }

    private void HearStop(string? name)
    {
        if (name?.Split(':') is [var stop, var task])
            StopRequested?.Invoke(Guid.ParseExact(task, "N"), EnumText<RequestedStop>.Parse(stop));
    }
}
