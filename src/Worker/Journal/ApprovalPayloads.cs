using System.Text.Json.Nodes;

namespace Koda.Worker.Journal;

/// <summary>A person was asked; written by the engine.</summary>
/// <param name="ApprovalId">The question.</param>
/// <param name="CallId">The call that waits.</param>
/// <param name="Tool">Its tool.</param>
/// <param name="Digest">What an answer for once is bound to.</param>
/// <param name="Arguments">The call's arguments.</param>
/// <param name="Purpose">What is asked: <c>question</c>, or nothing for a permission.</param>
/// <param name="Preview">What the person was shown. Null: that is not known.</param>
/// <param name="AlwaysPattern">What an answer for always reaches: <c>tool:pattern</c>, several on lines of their own. Null: every call of
/// the tool.</param>
internal sealed record ApprovalRequested(
    string ApprovalId,
    string CallId,
    string Tool,
    string Digest,
    JsonNode? Arguments = null,
    string? Purpose = null,
    string? AlwaysPattern = null,
    string? Preview = null) : IJournalPayload
{
    public static string Kind => "approval.requested";
}

/// <summary>A person answered; written by the engine.</summary>
internal sealed record ApprovalAnswered(string ApprovalId, string CallId, string Decision, string? Scope = null, string? Rationale = null,
    string? Response = null) : IJournalPayload
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
