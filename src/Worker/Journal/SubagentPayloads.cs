namespace Koda.Worker.Journal;

/// <summary>A subagent ended; written by the engine.</summary>
/// <param name="AgentId">The agent that did the work.</param>
/// <param name="Title">What it was about.</param>
/// <param name="State">How it ended: succeeded, failed, cancelled, timed_out or refused.</param>
/// <param name="Result">What it found, or why it has nothing.</param>
/// <param name="CallId">The call that waited for it. Null: a person started it, and the next message tells of it.</param>
/// <param name="CostMicros">What it cost.</param>
internal sealed record SubagentFinished(
    string AgentId, string Title, string State, string Result, string? CallId = null, long CostMicros = 0) : IJournalPayload
{
    public static string Kind => "subagent.finished";

    public bool Succeeded => State == "succeeded";

    /// <summary>What the model is told of one that nobody waited for.</summary>
    public string Notice => $"The subagent {AgentId}, \"{Title}\", ended ({State.Replace('_', ' ')}):\n{Result}";

    /// <summary>What the model is told as the result of the call.</summary>
    public string Text => Succeeded ? Result : $"The agent {AgentId} did not finish ({State.Replace('_', ' ')}): {Result}";
}
