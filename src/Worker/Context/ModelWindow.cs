using System.Text.Json;
using System.Text.Json.Nodes;
using Koda.Protos.Worker.V1;
using Koda.Worker.Providers;

namespace Koda.Worker.Context;

/// <summary>How much the model of an attempt reads.</summary>
internal static class ModelWindow
{
    // Ollama reads a few thousand tokens unless it is told more, and drops what is before them without a word. More than this takes much
    // memory.
    private const int LargestLocal = 32 * 1024;

    /// <summary>The option that says it where nobody else does.</summary>
    private const string Option = "context_tokens";

    /// <summary>The tokens that a model of the attempt reads at most, the agent's own or a fallback. 0: unknown.</summary>
    public static long Of(Assignment assignment, string model)
    {
        var agent = assignment.Agent;
        var own = assignment.ContextTokens;
        if (assignment.Fallback(model) is not { } fallback)
            return Of(agent.ProviderKind, own, agent.ProviderOptions);
        // Most are like the model that they stand in for.
        var known = fallback.ContextTokens > 0 ? fallback.ContextTokens : own;
        return Of(fallback.ProviderKind, known, fallback.Connection.Length == 0 ? agent.ProviderOptions : "");
    }

    private static long Of(string kind, long known, string options) =>
        Configured(options, kind) ?? (kind == "ollama" ? Math.Min(known, LargestLocal) : known);

    private static long? Configured(string options, string kind)
    {
        var json = options.Length == 0 ? null : JsonNode.Parse(options) as JsonObject;
        var value = json?[Option] ?? (kind == "ollama" ? json?["num_ctx"] ?? (json?["options"] as JsonObject)?["num_ctx"] : null);
        return value?.GetValueKind() == JsonValueKind.Number ? value.Deserialize<long>() : null;
    }
}
