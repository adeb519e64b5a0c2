namespace Koda.Worker.Providers.Offline.Script;

/// <summary>Plays a script. The step is found by counting the answers so far, so a resumed task goes on with the right one.</summary>
internal sealed class ScriptPlan(IReadOnlyList<ScriptStep> steps) : IOfflinePlan
{
    private readonly int[] _failures = new int[steps.Count];

    public string Name => "offline-script";

    public async Task<OfflineStep> Next(OfflineConversation conversation, CancellationToken cancellationToken)
    {
        if (conversation.Steps >= steps.Count)
            return new OfflineStep($"All {steps.Count} steps of the script were played.\n\n{OfflineProvider.Note} a script was played.");
        var step = steps[conversation.Steps];
        if (step.DelayMs > 0)
            await Task.Delay(step.DelayMs, cancellationToken);
        if (step.Error is { } error && Interlocked.Increment(ref _failures[conversation.Steps]) <= error.Times)
        {
            TimeSpan? retryAfter = error.RetryAfterMs is { } wait ? TimeSpan.FromMilliseconds(wait) : null;
            throw new ProviderException(error.Code, error.Message, error.Retryable, retryAfter);
        }

        var text = step.Text
            .Replace("{{query}}", conversation.Query, StringComparison.Ordinal)
            .Replace("{{result}}", conversation.Results is [.., var last] ? last.Text : "", StringComparison.Ordinal);
        if (step.ToolCalls.Count == 0)
            text = $"{text}\n\n{OfflineProvider.Note} a script was played.".TrimStart();
        return new OfflineStep(text, [.. step.ToolCalls.Select(call => new OfflineCall(call.Tool, call.Arguments))])
        {
            Reasoning = step.Reasoning,
            PieceDelay = TimeSpan.FromMilliseconds(step.PieceDelayMs),
            Usage = step.Usage,
        };
    }
}
