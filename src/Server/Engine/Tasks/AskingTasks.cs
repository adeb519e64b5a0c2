using Koda.Server.Engine.Approvals;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Tasks;

/// <summary>The tasks that wait for approvals: each goes on when its own is answered or over.</summary>
internal sealed class AskingTasks(SaveTasks save) : IApprovalListener
{
    public async Task<IApprovalWaiters> Lock(
        Transaction transaction, IReadOnlyCollection<Guid> taskIds, CancellationToken cancellationToken) =>
        new Waiters(save, transaction, await TaskChanges.Lock(transaction, [.. taskIds], [], cancellationToken));

    private sealed class Waiters(SaveTasks save, Transaction transaction, TaskChanges changes) : IApprovalWaiters
    {
        public void Answered(ApprovalRecord approval, string principal) => changes.Find(approval.TaskId)!.Answer(approval, principal);

        public void Expired(ApprovalRecord approval) => changes.Find(approval.TaskId)!.ExpireApproval(approval.Id, approval.CallId);

        public Task Save(CancellationToken cancellationToken) => save.Execute(transaction, changes, cancellationToken);
    }
}
