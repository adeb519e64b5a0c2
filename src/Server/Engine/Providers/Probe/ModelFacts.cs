namespace Koda.Server.Engine.Providers;

/// <summary>What is known of a model. Null: unknown. Prices are micro-dollars per million tokens.</summary>
internal sealed record ModelFacts(string Id)
{
    public string Title { get; init; } = "";
    public long? ContextTokens { get; init; }
    public long? MaxOutputTokens { get; init; }
    public long? InputMicros { get; init; }
    public long? OutputMicros { get; init; }
    public long? CachedInputMicros { get; init; }
    public long? CacheWriteMicros { get; init; }

    /// <summary>Who says the price: provider, or list for the prices that come with Koda. Empty: nobody.</summary>
    public string PriceSource { get; init; } = "";

    public bool? Tools { get; init; }
    public bool? Vision { get; init; }
    public bool? Reasoning { get; init; }
    public bool? Streaming { get; init; }
}
