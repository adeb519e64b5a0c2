using System.Text.Json;
using Koda.Protos.Runtime.V1;
using Koda.Providers;

namespace Koda.Server.Surfaces.Runtime;

/// <summary>The runtime API's view of consumption.</summary>
internal static class UsageViews
{
    /// <summary>Reads an event's usage. Null gives null.</summary>
    public static TaskUsage? FromJson(string? usage)
    {
        if (usage is null)
        {
            return null;
        }

        using JsonDocument document = JsonDocument.Parse(usage);
        JsonElement root = document.RootElement;
        return new TaskUsage
        {
            InputTokens = root.Number("input_tokens"),
            OutputTokens = root.Number("output_tokens"),
            CachedInputTokens = root.Number("cached_input_tokens"),
            ReasoningTokens = root.Number("reasoning_tokens"),
            CostUsd = Dollars.Of(root.Number("cost_micros")),
        };
    }
}
