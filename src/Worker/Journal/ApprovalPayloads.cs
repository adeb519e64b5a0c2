namespace Koda.Worker.Journal;

/// <summary>A person was asked; written by the engine.</summary>
internal sealed record ApprovalRequested(string ApprovalId, string CallId, string Tool, string Digest) : IJournalPayload
{
    public static string Kind => "approval.requested";
}

/// <summary>A person answered; written by the engine.</summary>
internal sealed record ApprovalAnswered(string ApprovalId, string CallId, string Decision, string? Scope = null, string? Rationale = null)
    : IJournalPayload
{
    public const string Approved = "approved";
    public const string Always = "always";

    public static string Kind => "approval.answered";
}

/// <summary>Nobody answered in time; written by the engine.</summary>
internal sealed record ApprovalExpired(string ApprovalId, string CallId) : IJournalPayload
{
    public static string Kind => "approval.expired";
}
