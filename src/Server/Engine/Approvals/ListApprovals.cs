using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Approvals;

internal sealed class ListApprovals(Database database)
{
    private static readonly Guid s_newest = Guid.AllBitsSet;

    /// <summary>Approvals, newest first; only those in a state, or of a task, when one is given.</summary>
    /// <exception cref="EngineException">INVALID_CURSOR, INVALID_REQUEST.</exception>
    public async Task<Page<ApprovalRecord>> Execute(
        ApprovalState? state, Guid? taskId, int limit, string? cursor, CancellationToken cancellationToken)
    {
        var wanted = state is { } only ? EnumText<ApprovalState>.Of(only) : "";
        var filters = $"approvals {wanted} {taskId}";
        var before = ListCursor.DecodeId(filters, cursor) ?? s_newest;
        var size = Page.Limit(limit);
        var rows = await database.Read(
            (connection, token) => ApprovalStore.List(connection, wanted, taskId ?? Guid.Empty, before, size + 1, token),
            cancellationToken);
        return Page.Of(rows, size, filters, approval => approval.Id.ToString("N"));
    }
}
