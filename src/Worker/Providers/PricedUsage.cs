namespace Koda.Worker.Providers;

/// <summary>Counts what a model call cost.</summary>
internal static class PricedUsage
{
    /// <summary>The usage with its cost. A model without a known price costs nothing, and the usage says so.</summary>
    /// <param name="prices">The prices.</param>
    /// <param name="answered">The model as the answer names it.</param>
    /// <param name="usage">What was used.</param>
    /// <param name="asked">The model that was asked. Null: the same.</param>
    public static ModelUsage Price(this PriceTable prices, string answered, ModelUsage usage, string? asked = null)
    {
        usage = usage with { Model = answered };
        if (prices.Find(answered, asked ?? answered)?.Of(usage.InputTokens) is not { } price)
            return usage with { PriceUnknown = true };
        var fresh = Math.Max(0, usage.InputTokens - usage.CachedInputTokens - usage.CacheWriteTokens);
        var millionths = ((Int128)fresh * price.InputMicros)
            + ((Int128)usage.CachedInputTokens * price.CachedInputMicros)
            + ((Int128)usage.CacheWriteTokens * price.CacheWriteMicros)
            + ((Int128)usage.OutputTokens * price.OutputMicros);
        return usage with { CostMicros = (long)((millionths + 500_000) / 1_000_000) };
    }
}
