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
    DateTimeOffset? AnsweredAt)
{
    public ApprovalPurpose Purpose { get; init; }

    /// <summary>Answers to choose from.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    public bool Multiple { get; init; }

    /// <summary>What an answer for always reaches, as <c>tool:pattern</c>. Empty: every call of the tool.</summary>
    public string AlwaysPattern { get; init; } = "";

    /// <summary>The text with which a question was answered.</summary>
    public string Response { get; init; } = "";
}

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
