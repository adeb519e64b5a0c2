using System.Text.Json;
using Koda.Providers;

namespace Koda.Server.Engine.Providers;

/// <summary>Reads lists of models. Every provider adds facts of its own to the same list; each is read where it is there.</summary>
internal static class ModelListReading
{
    private const int MostModels = 5000;
    private const int LongestId = 256;

    /// <exception cref="ProbeFailure">It is no list of models.</exception>
    public static IReadOnlyList<ModelFacts> From(string kind, JsonElement answer)
    {
        // Some compatible servers give the bare list.
        var list = answer.ValueKind == JsonValueKind.Array ? answer : JsonReading.Member(answer, kind == "ollama" ? "models" : "data");
        if (list is not { ValueKind: JsonValueKind.Array } models)
            throw new ProbeFailure(ProviderErrorCode.MalformedResponse, "The provider's answer is not a list of models.");
        return
        [
            .. models
                .EnumerateArray()
                .Take(MostModels)
                .Select(Model)
                .Where(model => model.Id.Length is > 0 and <= LongestId)
                .DistinctBy(model => model.Id)
                .Select(model => kind == "ollama" ? model : Priced(model)),
        ];
    }

    /// <summary>The model with what Ollama says of it alone.</summary>
    public static ModelFacts Shown(ModelFacts model, JsonElement shown)
    {
        var context = JsonReading.Member(shown, "model_info") is { ValueKind: JsonValueKind.Object } info
            ? info.EnumerateObject()
                .Where(member => member.Name.EndsWith(".context_length", StringComparison.Ordinal))
                .Select(member => JsonReading.Number(info, member.Name))
                .FirstOrDefault()
            : null;
        return model with
        {
            ContextTokens = context ?? model.ContextTokens,
            Tools = JsonReading.Holds(shown, "capabilities", "tools"),
            Vision = JsonReading.Holds(shown, "capabilities", "vision"),
            Reasoning = JsonReading.Holds(shown, "capabilities", "thinking"),
            Streaming = JsonReading.Holds(shown, "capabilities", "completion"),
        };
    }

    private static ModelFacts Model(JsonElement json)
    {
        var id = JsonReading.Text(json, "id") is { Length: > 0 } named ? named : JsonReading.Text(json, "name");
        var capabilities = JsonReading.Member(json, "capabilities") ?? default;
        var pricing = JsonReading.Member(json, "pricing") ?? default;
        var input = JsonReading.Price(pricing, "prompt");
        return new ModelFacts(id.StartsWith("models/", StringComparison.Ordinal) ? id["models/".Length..] : id)
        {
            Title = JsonReading.Text(json, "display_name") is { Length: > 0 } title ? title : JsonReading.Text(json, "name"),
            ContextTokens = JsonReading.Number(
                json,
                "context_length",
                "max_context_length",
                "context_window",
                "max_input_tokens",
                "max_model_len"),
            MaxOutputTokens = JsonReading.Number(json, "max_completion_tokens", "max_output_tokens", "max_tokens")
                ?? JsonReading.Number(JsonReading.Member(json, "top_provider") ?? default, "max_completion_tokens"),
            InputMicros = input,
            OutputMicros = JsonReading.Price(pricing, "completion"),
            CachedInputMicros = JsonReading.Price(pricing, "input_cache_read"),
            CacheWriteMicros = JsonReading.Price(pricing, "input_cache_write"),
            PriceSource = input is null ? "" : "provider",
            Tools = JsonReading.Holds(json, "supported_parameters", "tools") ?? JsonReading.Flag(capabilities, "function_calling"),
            Vision = JsonReading.Holds(JsonReading.Member(json, "architecture") ?? default, "input_modalities", "image")
                ?? JsonReading.Flag(capabilities, "vision")
                ?? Supported(capabilities, "image_input"),
            Reasoning = JsonReading.Holds(json, "supported_parameters", "reasoning")
                ?? JsonReading.Flag(capabilities, "reasoning")
                ?? Supported(capabilities, "thinking"),
            Streaming = JsonReading.Flag(capabilities, "completion_chat"),
        };
    }

    // Anthropic: {"capabilities":{"thinking":{"supported":true}}}.
    private static bool? Supported(JsonElement capabilities, string name) =>
        JsonReading.Flag(JsonReading.Member(capabilities, name) ?? default, "supported");

    /// <summary>The model with its list price, where the provider gives none.</summary>
    private static ModelFacts Priced(ModelFacts model) => model.PriceSource.Length > 0 || PriceTable.Known.Find(model.Id) is not { } price
        ? model
        : model with
        {
            InputMicros = price.InputMicros,
            OutputMicros = price.OutputMicros,
            CachedInputMicros = price.CachedInputMicros,
            CacheWriteMicros = price.CacheWriteMicros,
            PriceSource = "list",
        };
}
