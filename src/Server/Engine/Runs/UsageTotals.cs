namespace Koda.Server.Engine.Runs;

/// <summary>
/// What model calls consumed, and how many calls there were. Costs are micro-dollars, without those of the unpriced calls, which nobody
/// knows.
/// </summary>
internal readonly record struct UsageTotals(
    long InputTokens,
    long OutputTokens,
    long CachedInputTokens,
    long CacheWriteTokens,
    long ReasoningTokens,
    long CostMicros,
    int ModelCalls,
    int ToolCalls,
    int UnpricedCalls = 0)
{
    public static UsageTotals operator +(UsageTotals a, UsageTotals b) => new(
        a.InputTokens + b.InputTokens,
        a.OutputTokens + b.OutputTokens,
        a.CachedInputTokens + b.CachedInputTokens,
        a.CacheWriteTokens + b.CacheWriteTokens,
        a.ReasoningTokens + b.ReasoningTokens,
        a.CostMicros + b.CostMicros,
        a.ModelCalls + b.ModelCalls,
        a.ToolCalls + b.ToolCalls,
        a.UnpricedCalls + b.UnpricedCalls);

    public static UsageTotals Add(UsageTotals a, UsageTotals b) => a + b;
}
