namespace Koda.Worker.Journal;

/// <summary>What a person, or the passing of time, decided about one call.</summary>
/// <param name="ApprovalId">The question.</param>
/// <param name="Approved">Whether the call may run.</param>
/// <param name="Reason">Why not, to be told to the model.</param>
/// <param name="Response">The text that answers a question.</param>
/// <param name="Shown">What the person was shown. Null: that is not known.</param>
internal sealed record ApprovalAnswer(string ApprovalId, bool Approved, string Reason, string? Response = null, string? Shown = null);

/// <summary>What a person allowed for always.</summary>
/// <param name="Tool">The tool, or another word that rules know.</param>
/// <param name="Pattern">What of it. Empty: every call.</param>
internal sealed record AlwaysAllowed(string Tool, string Pattern)
{
    /// <summary>Reads <c>tool:pattern</c>.</summary>
    public static AlwaysAllowed Parse(string text) =>
        text.IndexOf(':', StringComparison.Ordinal) is >= 0 and var at
            ? new AlwaysAllowed(text[..at], text[(at + 1)..])
            : new AlwaysAllowed(text, "");
}

/// <summary>A call that a person denied.</summary>
internal sealed record DeniedCall(string Tool, string Arguments);
