using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Tasks;

/// <summary>Tells the dispatchers what changed, once it is committed.</summary>
internal sealed class TaskNews
{
    /// <summary>A task was queued, or a place under an agent's limit became free.</summary>
    public event Action? WorkAvailable;

    /// <summary>A running task is asked to stop.</summary>
    public event Action<Guid>? StopRequested;

    /// <summary>Something is due at a time from now.</summary>
    public event Action<TimeSpan>? DueIn;

    public void Spread(Transaction transaction, IReadOnlyCollection<LockedTask> tasks)
    {
        if (tasks.Any(task => task.FreesWork))
            transaction.AfterCommit(() => WorkAvailable?.Invoke());
        foreach (var task in tasks)
        {
            if (task.State == TaskState.Running && task.StopRequested != RequestedStop.None)
                transaction.AfterCommit(() => StopRequested?.Invoke(task.Id));
            if (task.Delay is { } delay)
                transaction.AfterCommit(() => DueIn?.Invoke(delay));
        }
    }

    /// <summary>Tasks were queued by a submission.</summary>
    public void SpreadQueued(Transaction transaction) => transaction.AfterCommit(() => WorkAvailable?.Invoke());
}
