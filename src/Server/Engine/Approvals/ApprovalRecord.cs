namespace Koda.Server.Engine.Approvals;

/// <summary>An action that waits, or waited, for a person. The answer is bound to <paramref name="Digest"/>.</summary>
internal sealed record ApprovalRecord(
    Guid Id,
    Guid TaskId,
    string AgentId,
    ApprovalState State,
    string CallId,
    string Tool,
    string Arguments,
    string Preview,
    string Risk,
    string Digest,
    ApprovalScope Scope,
    string AnsweredBy,
    string Rationale,
    DateTimeOffset CreatedAt,
    DateTimeOffset ExpiresAt,
    DateTimeOffset? AnsweredAt);

internal enum ApprovalState
{
    Pending,
    Approved,
    Denied,

    /// <summary>Nobody answered in time, which denies.</summary>
    Expired,

    /// <summary>The task ended before an answer.</summary>
    Cancelled,
}

internal enum ApprovalScope
{
    /// <summary>This action only.</summary>
    Once,

    /// <summary>Every later call of the same tool by the same task.</summary>
    Always,
}
