using System.Text.Json.Nodes;
using Koda.Worker.Providers.Wire;

namespace Koda.Worker.Providers;

/// <summary>Puts the options of agents into requests.</summary>
internal static class RequestOptionsMerge
{
    // Options cannot replace what the loop decides; a different conversation or model would not be the one in the log.
    private static readonly HashSet<string> s_reserved = ["model", "messages", "system", "tools", "stream", "stream_options"];

    /// <summary>Adds the agent's options to a body, then the request's own.</summary>
    public static JsonObject Into(JsonObject body, params ReadOnlySpan<JsonObject?> options)
    {
        foreach (var set in options)
        {
            foreach (var (name, value) in set ?? [])
            {
                if (!s_reserved.Contains(name) && !ProviderEndpoint.OwnOptions.Contains(name))
                    body[name] = value?.DeepClone();
            }
        }
        return body;
    }
}
