using System.Text.Json.Nodes;

namespace Koda.Worker.Journal;

/// <summary>A model call begins.</summary>
/// <param name="Step">The number of the model call within the run, from 1.</param>
/// <param name="Provider">The kind of provider.</param>
/// <param name="Model">The model's name.</param>
/// <param name="Messages">The messages that are not in the journal already.</param>
/// <param name="PromptDigest">The SHA-256 of the whole prompt, in lower-case hex.</param>
/// <param name="System">The system prompt, when it differs from the previous call's.</param>
/// <param name="Tools">The tools' definitions, when they differ from the previous call's.</param>
internal sealed record ModelStarted(
    int Step, string Provider, string Model, JsonArray Messages, string PromptDigest, string? System = null, JsonArray? Tools = null)
    : IJournalPayload
{
    public static string Kind => "model.started";
}

/// <summary>Streamed text of an answer.</summary>
internal sealed record ModelDelta(int Step, string Text) : IJournalPayload
{
    public static string Kind => "model.delta";
}

/// <summary>Streamed reasoning before an answer.</summary>
internal sealed record ModelReasoning(int Step, string Text) : IJournalPayload
{
    public static string Kind => "model.reasoning";
}

/// <summary>The reasoning before an answer is over.</summary>
/// <param name="Step">The model call.</param>
/// <param name="Tokens">About how many tokens it was, by its length; the provider counts them when the answer is whole.</param>
internal sealed record ModelReasoningDone(int Step, long Tokens) : IJournalPayload
{
    public static string Kind => "model.reasoning_done";
}

/// <summary>Streamed arguments of a call.</summary>
internal sealed record ModelToolInput(int Step, string CallId, string Tool, string Text) : IJournalPayload
{
    public static string Kind => "model.tool_input";
}

/// <summary>A model call gave its answer.</summary>
internal sealed record ModelFinished(
    int Step, JsonObject Message, string StopReason, long LatencyMs, long FirstTokenMs, decimal CostUsd) : IJournalPayload
{
    public static string Kind => "model.finished";
}

/// <summary>A model call gave no answer.</summary>
/// <param name="Step">The model call.</param>
/// <param name="Error">Why.</param>
/// <param name="Retryable">Whether the same call may succeed later.</param>
/// <param name="RetryAfterMs">The pause that the provider asks for.</param>
/// <param name="LatencyMs">How long it took to fail.</param>
/// <param name="DelayMs">After how long it is made again. Null: it is not.</param>
/// <param name="NextModel">The model that is asked instead. Null: none.</param>
/// <param name="Failures">How often the call has failed now, at all models together.</param>
internal sealed record ModelFailed(
    int Step, JournalError Error, bool Retryable, long? RetryAfterMs, long LatencyMs, long? DelayMs = null, string? NextModel = null,
    int Failures = 1) : IJournalPayload
{
    public static string Kind => "model.failed";
}

/// <summary>An error as the journal holds it.</summary>
internal sealed record JournalError(string Code, string Message);
