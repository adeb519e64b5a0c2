namespace Koda.Worker.Providers;

/// <summary>A piece of a streamed answer.</summary>
internal abstract record ModelEvent;

/// <summary>More text of the answer.</summary>
internal sealed record TextDelta(string Text) : ModelEvent;

/// <summary>More of the reasoning before the answer.</summary>
internal sealed record ReasoningDelta(string Text) : ModelEvent;

/// <summary>More of the arguments of a call: a piece of JSON text, not valid by itself.</summary>
internal sealed record ToolInputDelta(string CallId, string Tool, string Text) : ModelEvent;

/// <summary>The end of the answer, with all of it.</summary>
/// <param name="Message">The whole assistant message.</param>
/// <param name="StopReason">One of <see cref="ModelStopReason"/>, or the provider's own word where none fits.</param>
/// <param name="Usage">What the call used.</param>
/// <param name="ModelUsed">The model that answered, as the provider names it.</param>
internal sealed record ModelFinished(ModelMessage Message, string StopReason, ModelUsage Usage, string ModelUsed) : ModelEvent;

/// <summary>Why a model stopped.</summary>
internal static class ModelStopReason
{
    public const string EndTurn = "end_turn";
    public const string ToolUse = "tool_use";
    public const string MaxTokens = "max_tokens";

    /// <summary>The conversation left no room for the whole answer.</summary>
    public const string ContextFull = "model_context_window_exceeded";
    public const string StopSequence = "stop_sequence";
    public const string Refusal = "refusal";

    /// <summary>The model goes on when it is asked again.</summary>
    public const string Paused = "pause_turn";
}
