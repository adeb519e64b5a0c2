using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Tasks;

/// <summary>Hears of changes of tasks in conversations inside the transaction that makes them, and may add to the task's events.</summary>
internal interface ITaskListener
{
    /// <param name="transaction">The transaction; the task, and the head of its stream, are locked.</param>
    /// <param name="task">The task as it is about to be written.</param>
    /// <param name="cancellationToken">Gives up, and with it the change.</param>
    Task Saving(Transaction transaction, LockedTask task, CancellationToken cancellationToken);
}
