namespace Koda.Worker.Providers;

/// <summary>What a model call used.</summary>
internal sealed record ModelUsage
{
    /// <summary>All input tokens, those read from or written to the provider's cache included.</summary>
    public long InputTokens { get; init; }

    /// <summary>All output tokens, reasoning included.</summary>
    public long OutputTokens { get; init; }

    /// <summary>Input tokens read from the provider's cache.</summary>
    public long CachedInputTokens { get; init; }

    /// <summary>Input tokens written to the provider's cache.</summary>
    public long CacheWriteTokens { get; init; }

    /// <summary>Output tokens spent on reasoning, where the provider tells.</summary>
    public long ReasoningTokens { get; init; }

    /// <summary>The price in micro-dollars. 0 for local models and those without a known price.</summary>
    public long CostMicros { get; init; }

    /// <summary>Whether nobody knows the price, so that the cost is 0.</summary>
    public bool PriceUnknown { get; init; }

    /// <summary>Whether rules or a script answered, and no language model.</summary>
    public bool NoModel { get; init; }

    /// <summary>The model that answered, by its own name. Empty: unknown.</summary>
    public string Model { get; init; } = "";
}
