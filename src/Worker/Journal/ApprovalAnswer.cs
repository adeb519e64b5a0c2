namespace Koda.Worker.Journal;

/// <summary>What a person, or the passing of time, decided about one call.</summary>
/// <param name="ApprovalId">The question.</param>
/// <param name="Approved">Whether the call may run.</param>
/// <param name="Reason">Why not, to be told to the model.</param>
internal sealed record ApprovalAnswer(string ApprovalId, bool Approved, string Reason);
