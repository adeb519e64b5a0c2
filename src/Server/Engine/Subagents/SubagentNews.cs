using Koda.Server.Engine.Tasks;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Subagents;

/// <summary>Has subagents, and who waits for them, looked after as soon as a turn ends or asks.</summary>
internal sealed class SubagentNews(SweepNews news) : ITaskListener
{
    public Task Saving(Transaction transaction, LockedTask task, CancellationToken cancellationToken)
    {
        if (task.Changed && (task.State == TaskState.Waiting || TaskStateMachine.IsFinal(task.State)))
            news.Spread(transaction);
        return Task.CompletedTask;
    }
}
