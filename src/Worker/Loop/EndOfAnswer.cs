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

    public static AttemptOutcome Of(ModelMessage answer, string? reason) => reason switch
    {
        ModelStopReason.Refusal => Failed("model.refused", string.IsNullOrWhiteSpace(answer.Text) ? Refused : $"{Refused} It said: {answer.Text}"),
        ModelStopReason.MaxTokens => Failed("model.cut", Cut),
        // Told by rule, and whole.
        GuardrailHit.Budget => new AttemptOutcome.Completed(answer.Text),
        ModelStopReason.EndTurn or ModelStopReason.StopSequence or ModelStopReason.ToolUse => string.IsNullOrWhiteSpace(answer.Text)
            ? Failed("model.empty", "The model gave an empty answer each time that it was asked.")
            : new AttemptOutcome.Completed(answer.Text),
        _ => Failed("model.unknown_end", $"The provider ended the model's answer with '{reason}', which nobody knows, so it may not be whole."),
    };

    private static AttemptOutcome.Failed Failed(string code, string message) => new(code, message, Retryable: false);
}
