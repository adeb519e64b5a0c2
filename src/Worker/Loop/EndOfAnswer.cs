using Koda.Worker.Journal;
using Koda.Worker.Providers;
using Koda.Worker.Session;

namespace Koda.Worker.Loop;

/// <summary>What the end of a last answer means for its run. Only what the provider calls whole is a success.</summary>
internal static class EndOfAnswer
{
    private const string Refused = "The model refused to answer, or its provider filtered the answer.";

    private const string Cut =
        "The model's answer was cut: it reached its limit of output tokens, so it is not whole. Raise limits.max_output_tokens, or ask for less at once.";

    private const string Empty = "The model gave an empty answer each time that it was asked.";

    private const string OnlyThought = "The model only thought and gave no answer each time that it was asked.";

    public static AttemptOutcome Of(ModelMessage answer, string? reason) =>
        reason switch
        {
            ModelStopReason.Refusal => Failed(
                "model.refused",
                string.IsNullOrWhiteSpace(answer.Text) ? Refused : $"{Refused} It said: {answer.Text}"),
            ModelStopReason.MaxTokens => Failed("model.cut", Cut),
            // Told by rule, and whole.
            GuardrailHit.Budget => new AttemptOutcome.Completed(answer.Text),
            ModelStopReason.EndTurn or ModelStopReason.StopSequence or ModelStopReason.ToolUse => answer.SaysNothing
                ? Failed(
                    "model.empty",
                    answer.Content.Any(block => block is ReasoningBlock) || answer.Text.Trim().Length > 0 ? OnlyThought : Empty)
                : new AttemptOutcome.Completed(answer.Text),
            _ => Failed(
                "model.unknown_end",
                $"The provider ended the model's answer with '{reason}', which nobody knows, so it may not be whole."),
        };

    private static AttemptOutcome.Failed Failed(string code, string message) => new(code, message, Retryable: false);
}
