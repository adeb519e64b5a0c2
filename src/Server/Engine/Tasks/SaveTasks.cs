using Koda.Server.Engine.Events;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Tasks;

/// <summary>Has all that was decided of locked tasks written with the commit, and spread once it is committed.</summary>
internal sealed class SaveTasks(EventLog log, TaskNews news, TaskMetrics metrics, IEnumerable<ITaskListener> listeners)
{
    private readonly IReadOnlyList<ITaskListener> _listeners = [.. listeners];

    public async Task Execute(Transaction transaction, TaskChanges changes, CancellationToken cancellationToken)
    {
        foreach (var task in changes.Tasks.Where(task => task.IsInConversation && (task.Changed || task.Events.Count > 0)))
        {
            foreach (var listener in _listeners)
                await listener.Saving(transaction, task, cancellationToken);
        }
        changes.Save(log);
        news.Spread(transaction, changes.Tasks);
        transaction.AfterCommit(() => metrics.Saved(changes));
    }
}
