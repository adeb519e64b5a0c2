namespace Koda.Worker.Providers;

/// <summary>Counts what a model call cost.</summary>
internal static class PricedUsage
{
    /// <summary>The usage with its cost. An unknown or local model costs nothing.</summary>
    public static ModelUsage Price(this PriceTable prices, string model, ModelUsage usage)
    {
        if (prices.Find(model)?.Of(usage.InputTokens) is not { } price)
            return usage;
        var fresh = Math.Max(0, usage.InputTokens - usage.CachedInputTokens - usage.CacheWriteTokens);
        var millionths = ((Int128)fresh * price.InputMicros)
            + ((Int128)usage.CachedInputTokens * price.CachedInputMicros)
            + ((Int128)usage.CacheWriteTokens * price.CacheWriteMicros)
            + ((Int128)usage.OutputTokens * price.OutputMicros);
        return usage with { CostMicros = (long)((millionths + 500_000) / 1_000_000) };
    }
}
