using System.Text.Json.Nodes;

namespace Koda.Cli.OpenApi;

/// <summary>Finds what in a document would break the clients of an earlier one.</summary>
internal static class OpenApiComparison
{
    /// <summary>
    /// The breaking differences, one sentence each; empty when the later document serves every client of the earlier one.
    /// </summary>
    /// <param name="before">The document that clients were written against, as JSON.</param>
    /// <param name="after">The document that would replace it, as JSON.</param>
    public static IReadOnlyList<string> FindBreaks(string before, string after)
    {
        var breaks = new List<string>();
        var (old, current) = (JsonNode.Parse(before)!.AsObject(), JsonNode.Parse(after)!.AsObject());
        var schemas = new SchemaComparison(old, current, breaks);
        foreach (var (path, item) in Members(old["paths"]))
        {
            if (current["paths"]?[path] is not { } currentItem)
                breaks.Add($"{path} was removed");
            else
                CompareItem(path, item!, currentItem, schemas, breaks);
        }

        return breaks;
    }

    internal static IEnumerable<KeyValuePair<string, JsonNode?>> Members(JsonNode? node) => node as JsonObject ?? [];

    internal static HashSet<string> Texts(JsonNode? node) => [.. (node as JsonArray ?? []).Select(item => item?.ToString() ?? "null")];

    private static void CompareItem(string path, JsonNode old, JsonNode current, SchemaComparison schemas, List<string> breaks)
    {
        foreach (var (verb, operation) in Members(old))
        {
            var place = $"{verb.ToUpperInvariant()} {path}";
            if (current[verb] is not { } currentOperation)
                breaks.Add($"{place} was removed");
            else
                CompareOperation(place, operation!, currentOperation, schemas, breaks);
        }
    }

    private static void CompareOperation(string place, JsonNode old, JsonNode current, SchemaComparison schemas, List<string> breaks)
    {
        CompareParameters(place, old, current, schemas, breaks);
        CompareSecurity(place, old, current, breaks);
        if (current["requestBody"]?["required"]?.GetValue<bool>() == true && old["requestBody"]?["required"]?.GetValue<bool>() != true)
            breaks.Add($"{place}: the body became required");
        foreach (var (type, media) in Members(old["requestBody"]?["content"]))
        {
            if (current["requestBody"]?["content"]?[type] is not { } currentMedia)
                breaks.Add($"{place}: a body of {type} is no longer taken");
            else
                schemas.Compare($"{place} request", media!["schema"], currentMedia["schema"], isInput: true);
        }

        foreach (var (status, reply) in Members(old["responses"]))
        {
            if (current["responses"]?[status] is not { } currentReply)
                breaks.Add($"{place}: the reply {status} was removed");
            else
                CompareReply($"{place} {status}", reply!, currentReply, schemas, breaks);
        }
    }

    private static void CompareReply(string place, JsonNode old, JsonNode current, SchemaComparison schemas, List<string> breaks)
    {
        foreach (var (type, media) in Members(old["content"]))
        {
            if (current["content"]?[type] is not { } currentMedia)
                breaks.Add($"{place}: {type} was removed");
            else
                schemas.Compare($"{place} reply", media!["schema"], currentMedia["schema"], isInput: false);
        }
    }

    private static void CompareParameters(string place, JsonNode old, JsonNode current, SchemaComparison schemas, List<string> breaks)
    {
        var before = Parameters(old);
        var after = Parameters(current);
        foreach (var (key, parameter) in before)
        {
            if (!after.TryGetValue(key, out var same))
                breaks.Add($"{place}: the parameter {key} was removed");
            else
                schemas.Compare($"{place}: the parameter {key}", parameter["schema"], same["schema"], isInput: true);
        }

        foreach (var (key, parameter) in after)
        {
            var wasRequired = before.TryGetValue(key, out var same) && IsRequired(same);
            if (IsRequired(parameter) && !wasRequired)
                breaks.Add($"{place}: the parameter {key} became required");
        }
    }

    private static Dictionary<string, JsonNode> Parameters(JsonNode operation) =>
        (operation["parameters"] as JsonArray ?? [])
            .ToDictionary(parameter => $"{parameter!["in"]}.{parameter["name"]}", parameter => parameter!);

    private static bool IsRequired(JsonNode parameter) => parameter["required"]?.GetValue<bool>() == true;

    private static void CompareSecurity(string place, JsonNode old, JsonNode current, List<string> breaks)
    {
        if (old["security"] is JsonArray { Count: 0 } && current["security"] is not JsonArray { Count: 0 })
            breaks.Add($"{place}: a credential became required");
        foreach (var scope in Texts(current["x-required-scopes"]).Except(Texts(old["x-required-scopes"])).Order(StringComparer.Ordinal))
            breaks.Add($"{place}: the scope {scope} became required");
    }
}
