using System.Text.Json;

namespace Koda.Providers;

/// <summary>A model's list price in micro-dollars per million tokens.</summary>
/// <param name="Prefix">What the model's name begins with.</param>
/// <param name="InputMicros">Input that is neither read from a cache nor written to one.</param>
/// <param name="OutputMicros">Output, reasoning included.</param>
/// <param name="CachedInputMicros">Input read from the cache.</param>
/// <param name="CacheWriteMicros">Input written to the cache.</param>
/// <param name="LongPrompt">The price of calls that read more. Null: the same.</param>
internal sealed record ModelPrice(
    string Prefix, long InputMicros, long OutputMicros, long CachedInputMicros, long CacheWriteMicros, LongPromptPrice? LongPrompt = null)
{
    /// <summary>The price of a call by how much it reads: the whole of it costs more, its output too.</summary>
    public ModelPrice Of(long inputTokens) => LongPrompt is { } more && inputTokens > more.OverTokens
        ? new ModelPrice(Prefix, more.InputMicros, more.OutputMicros, more.CachedInputMicros, more.CacheWriteMicros)
        : this;
}

/// <summary>The price of calls that read more than so many tokens, those of caches included.</summary>
internal sealed record LongPromptPrice(long OverTokens, long InputMicros, long OutputMicros, long CachedInputMicros, long CacheWriteMicros);

/// <summary>
/// List prices of models, by the longest prefix of the model's name, below what a provider itself says of its models. The worker counts
/// costs by them, the server shows them.
/// </summary>
internal sealed class PriceTable
{
    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly Dictionary<string, ModelPrice> _prices;
    private readonly Dictionary<string, ModelPrice> _own;

    private PriceTable(Dictionary<string, ModelPrice> prices, Dictionary<string, ModelPrice> own) => (_prices, _own) = (prices, own);

    /// <summary>The prices that come with this build; its resource names their source and date.</summary>
    public static PriceTable Known { get; } = Load();

    /// <summary>These prices below a provider's own, which hold for models of exactly that name.</summary>
    public PriceTable With(IEnumerable<ModelPrice> own) => new(_prices, own.ToDictionary(price => price.Prefix, StringComparer.Ordinal));

    /// <summary>The price of an answer; null when it is unknown.</summary>
    /// <param name="answered">The model as the answer names it, which may be more exact than what was asked, or another where a router
    /// chose.</param>
    /// <param name="asked">The model that was asked.</param>
    public ModelPrice? Find(string answered, string asked) =>
        _own.GetValueOrDefault(answered) ?? _own.GetValueOrDefault(asked) ?? Find(answered) ?? Find(asked);

    /// <summary>The list price of a model; null when it is unknown or local.</summary>
    public ModelPrice? Find(string model)
    {
        // Routers put the vendor before the name, as in "anthropic/claude-…".
        var name = model[(model.LastIndexOf('/') + 1)..];
        // They also write "claude-opus-4.6".
        if (name.StartsWith("claude", StringComparison.Ordinal))
            name = name.Replace('.', '-');
        for (var length = name.Length; length > 0; length--)
        {
            // A prefix ends where the next part of the name begins: gpt-4 says nothing of gpt-4o.
            var endsPart = length == name.Length || name[length] is '-' or '@' or ':';
            if (endsPart && _prices.TryGetValue(name[..length], out var price))
                return price;
        }
        return null;
    }

    private static PriceTable Load()
    {
        using var resource = typeof(PriceTable).Assembly.GetManifestResourceStream("Koda.Providers.prices.json")!;
        return new PriceTable(
            JsonSerializer.Deserialize<PriceFile>(resource, s_json)!.Models.ToDictionary(price => price.Prefix, StringComparer.Ordinal),
            []);
    }

    private sealed record PriceFile(IReadOnlyList<ModelPrice> Models);
}
