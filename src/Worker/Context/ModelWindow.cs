using System.Text.Json;
using System.Text.Json.Nodes;
using Koda.Protos.Worker.V1;

namespace Koda.Worker.Context;

/// <summary>How much the model of a turn reads.</summary>
internal static class ModelWindow
{
    // Ollama reads a few thousand tokens unless it is told more, and drops what is before them without a word. More than this takes much memory.
    private const int LargestLocal = 32 * 1024;

    /// <summary>The tokens that the model reads at most. 0: unknown.</summary>
    public static long Of(Assignment assignment)
    {
        var known = assignment.Turn?.ContextTokens ?? 0;
        return assignment.Agent.ProviderKind != "ollama" ? known : Configured(assignment.Agent.ProviderOptions) ?? Math.Min(known, LargestLocal);
    }

    private static long? Configured(string options)
    {
        var json = options.Length == 0 ? null : JsonNode.Parse(options) as JsonObject;
        var value = json?["num_ctx"] ?? (json?["options"] as JsonObject)?["num_ctx"];
        return value?.GetValueKind() == JsonValueKind.Number ? value.Deserialize<long>() : null;
    }
}
