namespace Koda.Server.Engine.Approvals;

/// <summary>
/// An action that needs a person. <paramref name="Digest"/> is the SHA-256, in lower-case hex, of tool, a zero byte and arguments.
/// </summary>
internal sealed record RequestedApproval(
    string CallId,
    string Tool,
    string Arguments,
    string Preview,
    string Risk,
    string Digest,
    TimeSpan? ExpiresIn)
{
    public ApprovalPurpose Purpose { get; init; }

    /// <summary>Answers to choose from.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    public bool Multiple { get; init; }

    /// <summary>What an answer for always reaches, as <c>tool:pattern</c>. Empty: every call of the tool.</summary>
    public string AlwaysPattern { get; init; } = "";
}

/// <summary>What a person is asked.</summary>
internal enum ApprovalPurpose
{
    /// <summary>Whether a call may run.</summary>
    Permission,

    /// <summary>Something that the model wants to know; the answer is a text.</summary>
    Question,
}
