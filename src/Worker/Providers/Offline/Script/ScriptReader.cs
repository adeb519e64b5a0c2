using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Koda.Worker.Providers.Offline.Script;

/// <summary>Reads scripts: an array of steps, an object with <c>steps</c>, or either as JSON text.</summary>
internal static class ScriptReader
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
    };

    /// <exception cref="ProviderException">It is not a script.</exception>
    public static IReadOnlyList<ScriptStep> Read(JsonNode script)
    {
        try
        {
            if (script.GetValueKind() == JsonValueKind.String)
                script = JsonNode.Parse(script.GetValue<string>()) ?? throw new JsonException("The script is null.");
            var steps = script is JsonObject whole && whole["steps"] is { } inner ? inner : script;
            return steps.Deserialize<IReadOnlyList<ScriptStep>>(s_json)!;
        }
        catch (JsonException error)
        {
            throw new ProviderException(
                ProviderErrorCode.InvalidRequest, $"The offline provider's script is not usable: {error.Message}", retryable: false);
        }
    }
}
