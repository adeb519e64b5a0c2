using Koda.Worker.Providers.Wire;

namespace Koda.Worker.Providers;

/// <summary>What providers say of the end of an answer, in their many words.</summary>
internal static class StopReasons
{
    /// <summary>The reason as one of <see cref="ModelStopReason"/>; a word that nobody knows stays as it is, and is no success.</summary>
    /// <param name="said">What the provider says.</param>
    /// <param name="hasCalls">Whether the answer calls tools. Some compatible servers say "stop" after calls.</param>
    /// <exception cref="ProviderException">It says that the answer failed.</exception>
    public static string Of(string said, bool hasCalls)
    {
        switch (said.ToLowerInvariant())
        {
            case "stop" or "end_turn" or "eos" or "eos_token" or "end" or "end_of_turn" or "complete" or "completed" or "done":
                return hasCalls ? ModelStopReason.ToolUse : ModelStopReason.EndTurn;
            case "tool_calls" or "tool_call" or "tool_use" or "function_call" or "function_calls":
                return hasCalls ? ModelStopReason.ToolUse : throw ProviderFailure.Malformed("it says that it calls tools, and names none.");
            case "stop_sequence":
                return ModelStopReason.StopSequence;
            case "length" or "max_tokens" or "max_output_tokens" or "max_length" or "token_limit" or "incomplete":
                return ModelStopReason.MaxTokens;
            case "model_context_window_exceeded"
            or "model_length"
            or "context_length_exceeded"
            or "context_window_exceeded"
            or "context_length":
                return ModelStopReason.ContextFull;
            case "content_filter"
            or "content_filtered"
            or "refusal"
            or "safety"
            or "recitation"
            or "blocklist"
            or "prohibited_content"
            or "spii"
            or "sensitive"
            or "guardrail_intervened"
            or "image_safety"
            or "language"
            or "content-filter":
                return ModelStopReason.Refusal;
            case "error"
            or "failed"
            or "server_error"
            or "network_error"
            or "abort"
            or "aborted"
            or "cancelled"
            or "canceled"
            or "insufficient_system_resource"
            or "malformed_function_call"
            or "unexpected_tool_call"
            or "timeout"
            or "load"
            or "unload":
                throw new ProviderException(
                    ProviderErrorCode.Unavailable, $"The provider broke off: it ended the answer with '{said}'.", retryable: true);
            default:
                return said;
        }
    }
}
