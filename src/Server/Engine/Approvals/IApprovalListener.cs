using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Approvals;

/// <summary>What waits for approvals. It lies above them, so it is told here what became of them, inside the transaction.</summary>
internal interface IApprovalListener
{
    /// <summary>Locks what waits. Approvals change only under this lock.</summary>
    /// <param name="transaction">The transaction that will change the approvals.</param>
    /// <param name="taskIds">The tasks that asked.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IApprovalWaiters> Lock(Transaction transaction, IReadOnlyCollection<Guid> taskIds, CancellationToken cancellationToken);
}

/// <summary>What waits for approvals, locked.</summary>
internal interface IApprovalWaiters
{
    /// <summary>A person answered.</summary>
    void Answered(ApprovalRecord approval, string principal);

    /// <summary>Nobody answered in time.</summary>
    void Expired(ApprovalRecord approval);

    /// <summary>Writes what was decided, with the commit.</summary>
    Task Save(CancellationToken cancellationToken);
}
