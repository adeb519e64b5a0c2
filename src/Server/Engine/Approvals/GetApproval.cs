using Koda.Protos.Common.V1;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Approvals;

internal sealed class GetApproval(Database database)
{
    /// <exception cref="EngineException">APPROVAL_NOT_FOUND.</exception>
    public Task<ApprovalRecord> Execute(Guid id, CancellationToken cancellationToken) =>
        database.Read(async (connection, token) => await ApprovalStore.Get(connection, id, token) ?? throw NotFound(), cancellationToken);

    public static EngineException NotFound() => new(ErrorReason.ApprovalNotFound, "No approval has this id.");
}
