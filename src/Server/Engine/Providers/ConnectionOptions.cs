using System.Text.Json;
using System.Text.Json.Nodes;

namespace Koda.Server.Engine.Providers;

/// <summary>What is stored with a connection for its workers, as a JSON object.</summary>
internal static class ConnectionOptions
{
    private const string Window = "context_tokens";

    /// <param name="contextTokens">How many tokens its models read. 0: nobody knows.</param>
    public static string Of(long contextTokens) => contextTokens > 0 ? new JsonObject { [Window] = contextTokens }.ToJsonString() : "";

    /// <summary>How many tokens its models read. 0: nobody said it.</summary>
    public static long ContextTokens(string options)
    {
        using var json = JsonDocument.Parse(options.Length == 0 ? "{}" : options);
        return
            json.RootElement.ValueKind == JsonValueKind.Object
            && json.RootElement.TryGetProperty(Window, out var value)
            && value.ValueKind == JsonValueKind.Number
            && value.TryGetInt64(out var tokens)
            ? Math.Max(0, tokens)
            : 0;
    }
}
