using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Tasks;

/// <summary>Tells the dispatchers of all servers what changed, once it is committed.</summary>
internal sealed class TaskNews
{
    private const string StopTopic = "task-stops";

    private readonly WorkNews _work;
    private readonly Broadcast _broadcast;

    public TaskNews(WorkNews work, Broadcast broadcast)
    {
        _work = work;
        _broadcast = broadcast;
        // News that got lost does no harm: each renewal of a lease tells of the stop too.
        broadcast.OnChange(StopTopic, HearStop);
    }

    /// <summary>A running task is asked to stop, or one that waited is cancelled.</summary>
    public event Action<Guid, RequestedStop>? StopRequested;

    /// <summary>A task of this server is to be queued again after so long.</summary>
    public event Action<TimeSpan>? RetryDueIn;

    public void Spread(Transaction transaction, IReadOnlyCollection<LockedTask> tasks)
    {
        if (tasks.Any(task => task.FreesWork))
            _work.Spread(transaction);
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
