using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Tasks;

/// <summary>Queues tasks whose pause after a failed attempt is over. Any number of servers may do so at once.</summary>
internal sealed class QueueDueRetries(Database database, SaveTasks save) : ISweep
{
    private const int BatchSize = 500;

    public string NextDueSql => TaskStore.NextRetrySql;

    public async Task Execute(CancellationToken cancellationToken)
    {
        while (await database.InTransaction(QueueBatch, cancellationToken) == BatchSize)
        {
        }
    }

    private async Task<int> QueueBatch(Transaction transaction, CancellationToken cancellationToken)
    {
        var taskIds = await TaskStore.LockDueRetries(transaction, BatchSize, cancellationToken);
        if (taskIds.Length == 0)
            return 0;
        var changes = await TaskChanges.Lock(transaction, taskIds, [], cancellationToken);
        foreach (var task in changes.Tasks)
            task.RetryDue();
        await save.Execute(transaction, changes, cancellationToken);
        return taskIds.Length;
    }
}
