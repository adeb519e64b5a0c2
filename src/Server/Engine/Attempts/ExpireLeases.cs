using Koda.Server.Engine.Tasks;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Attempts;

/// <summary>
/// Takes attempts away from workers that did not take the offer or did not renew the lease. Any number of servers may do so at once.
/// </summary>
internal sealed class ExpireLeases(Database database, SaveTasks save, EngineOptions options)
{
    private const int BatchSize = 500;

    /// <returns>The attempts that ended.</returns>
    public async Task<IReadOnlyList<AttemptKey>> Execute(CancellationToken cancellationToken)
    {
        var expired = new List<AttemptKey>();
        int batch;
        do
        {
            var ended = await database.InTransaction(ExpireBatch, cancellationToken);
            batch = ended.Count;
            expired.AddRange(ended);
        }
        while (batch == BatchSize);
        return expired;
    }

    private async Task<List<AttemptKey>> ExpireBatch(Transaction transaction, CancellationToken cancellationToken)
    {
        var taskIds = await AttemptStore.LockExpired(transaction, BatchSize, cancellationToken);
        if (taskIds.Length == 0)
            return [];
        var changes = await TaskChanges.Lock(transaction, taskIds, [], cancellationToken);
        var ended = new List<AttemptKey>(taskIds.Length);
        foreach (var task in changes.Tasks)
        {
            // Renewed between the look and the lock.
            if (task.Open is not { Expired: true } attempt)
                continue;
            ended.Add(attempt.Key);
            if (attempt.Accepted)
                task.Lose(options.MaxLosses);
            else
                task.GiveBack(AttemptOutcome.OfferExpired);
        }
        await save.Execute(transaction, changes, cancellationToken);
        return ended;
    }
}
