using Google.Protobuf.WellKnownTypes;
using Koda.Server.Engine.Approvals;
using Wire = Koda.Protos.Runtime.V1;

namespace Koda.Server.Surfaces.Runtime;

/// <summary>The runtime API's view of approvals.</summary>
internal static class ApprovalViews
{
    public static Wire.Approval From(ApprovalRecord approval) => new()
    {
        Id = Runtime.PublicId.Approval(approval.Id),
        TaskId = Runtime.PublicId.Task(approval.TaskId),
        AgentId = approval.AgentId,
        State = State(approval.State),
        Tool = approval.Tool,
        Arguments = approval.Arguments,
        Preview = approval.Preview,
        Risk = approval.Risk,
        Digest = approval.Digest,
        CreatedAt = Timestamp.FromDateTimeOffset(approval.CreatedAt),
        ExpiresAt = Timestamp.FromDateTimeOffset(approval.ExpiresAt),
        AnsweredAt = approval.AnsweredAt is { } at ? Timestamp.FromDateTimeOffset(at) : null,
        AnsweredBy = approval.AnsweredBy,
        Rationale = approval.Rationale,
        Scope = approval.Scope == ApprovalScope.Always ? Wire.ApprovalScope.Always : Wire.ApprovalScope.Once,
    };

    public static Wire.ApprovalState State(ApprovalState state) => state switch
    {
        ApprovalState.Pending => Wire.ApprovalState.Pending,
        ApprovalState.Approved => Wire.ApprovalState.Approved,
        ApprovalState.Denied => Wire.ApprovalState.Denied,
        ApprovalState.Expired => Wire.ApprovalState.Expired,
        ApprovalState.Cancelled => Wire.ApprovalState.Cancelled,
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "An approval state without a name."),
    };

    /// <summary>The engine's state for a filter; null for any.</summary>
    public static ApprovalState? Filter(Wire.ApprovalState state) => state switch
    {
        Wire.ApprovalState.Pending => ApprovalState.Pending,
        Wire.ApprovalState.Approved => ApprovalState.Approved,
        Wire.ApprovalState.Denied => ApprovalState.Denied,
        Wire.ApprovalState.Expired => ApprovalState.Expired,
        Wire.ApprovalState.Cancelled => ApprovalState.Cancelled,
        _ => null,
    };

    /// <summary>The id of an approval as an event's payload names it, in this surface's form.</summary>
    public static string PublicId(string engineId) => Guid.TryParse(engineId, out Guid id) ? Runtime.PublicId.Approval(id) : engineId;
}
