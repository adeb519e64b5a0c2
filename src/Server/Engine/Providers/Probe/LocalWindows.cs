using System.Text.Json;

namespace Koda.Server.Engine.Providers;

/// <summary>
/// Finds how much models of a server of one's own read. The list of chat completions does not say it; each server tells it in a place of
/// its own, and how much is loaded is less than what the model could.
/// </summary>
internal sealed class LocalWindows(ProviderCalls calls)
{
    private static readonly (string Path, Func<JsonElement, string, long?> Read)[] s_places =
    [
        ("api/v0/models", OfLmStudio),
        ("props", OfLlamaCpp),
        ("model/info", OfLiteLlm),
    ];

    /// <summary>The models with their windows, as far as the server tells.</summary>
    public async Task<IReadOnlyList<ModelFacts>> Fill(
        ProbeTarget target, IReadOnlyList<ModelFacts> models, CancellationToken cancellationToken)
    {
        var root = target with { Access = target.Access with { BaseUrl = WithoutVersion(target.Access.BaseUrl) } };
        foreach (var (path, read) in s_places)
        {
            if (models.All(model => model.ContextTokens is not null))
                break;
            try
            {
                var answer = await calls.Get(root, path, cancellationToken);
                models =
                [
                    .. models.Select(model => model.ContextTokens is null ? model with { ContextTokens = read(answer, model.Id) } : model),
                ];
            }
            catch (ProbeFailure)
            {
                // It is another server than the one that has this place, and the window stays unknown.
            }
        }
        return models;
    }

    /// <summary>LM Studio: <c>{"data":[{"id","loaded_context_length","max_context_length"}]}</c>.</summary>
    internal static long? OfLmStudio(JsonElement answer, string model) =>
        Named(answer, "id", model) is { } found ? JsonReading.Number(found, "loaded_context_length", "max_context_length") : null;

    /// <summary>llama.cpp: <c>{"default_generation_settings":{"n_ctx"}}</c>, for the one model that it has.</summary>
    internal static long? OfLlamaCpp(JsonElement answer, string model) =>
        JsonReading.Number(JsonReading.Member(answer, "default_generation_settings") ?? default, "n_ctx")
        ?? JsonReading.Number(answer, "n_ctx");

    /// <summary>LiteLLM: <c>{"data":[{"model_name","model_info":{"max_input_tokens","max_tokens"}}]}</c>.</summary>
    internal static long? OfLiteLlm(JsonElement answer, string model) =>
        Named(answer, "model_name", model) is { } found && JsonReading.Member(found, "model_info") is { } info
            ? JsonReading.Number(info, "max_input_tokens", "max_tokens")
            : null;

    private static JsonElement? Named(JsonElement answer, string member, string model)
    {
        if (JsonReading.Member(answer, "data") is not { ValueKind: JsonValueKind.Array } data)
            return null;
        var found = data.EnumerateArray().FirstOrDefault(item => JsonReading.Text(item, member) == model);
        return found.ValueKind == JsonValueKind.Object ? found : null;
    }

    private static string WithoutVersion(string url) =>
        url.TrimEnd('/') is var plain && plain.EndsWith("/v1", StringComparison.Ordinal) ? plain[..^"/v1".Length] : plain;
}
