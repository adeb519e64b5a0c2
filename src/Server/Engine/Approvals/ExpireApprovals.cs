using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Approvals;

/// <summary>
/// Denies what nobody answered in time, and queues the tasks so that their models are told. Any number of servers may do so at once.
/// </summary>
internal sealed class ExpireApprovals(Database database, IApprovalListener listener) : ISweep
{
    private const int BatchSize = 500;

    public string NextDueSql => ApprovalStore.NextDueSql;

    public async Task Execute(CancellationToken cancellationToken)
    {
        while (await database.InTransaction(ExpireBatch, cancellationToken) == BatchSize)
        {
        }
    }

    private async Task<int> ExpireBatch(Transaction transaction, CancellationToken cancellationToken)
    {
        var taskIds = await ApprovalStore.LockExpired(transaction, BatchSize, cancellationToken);
        if (taskIds.Length == 0)
            return 0;
        var waiters = await listener.Lock(transaction, taskIds, cancellationToken);
        foreach (var approval in await ApprovalStore.Expire(transaction, taskIds, cancellationToken))
            waiters.Expired(approval);
        await waiters.Save(cancellationToken);
        return taskIds.Length;
    }
}
