using System.Text.Json.Nodes;

namespace Koda.Cli.OpenApi;

/// <summary>Compares schemas through their references, each pair once: types may hold themselves.</summary>
internal sealed class SchemaComparison(JsonObject oldDocument, JsonObject currentDocument, List<string> breaks)
{
    private readonly HashSet<(string Old, string Current, bool IsInput)> _compared = [];

    /// <param name="place">Where the schema stands, for the message.</param>
    /// <param name="old">The schema that clients know.</param>
    /// <param name="current">The schema that replaces it.</param>
    /// <param name="isInput">True when clients write what the schema describes, false when they read it.</param>
    public void Compare(string place, JsonNode? old, JsonNode? current, bool isInput)
    {
        if (old is null || current is null)
        {
            if (old is not null)
                breaks.Add($"{place} lost its schema");
            return;
        }

        var pair = (Reference(old), Reference(current), isInput);
        if (pair is ({ } oldName, { } currentName, _) && !_compared.Add((oldName, currentName, isInput)))
            return;
        old = Resolve(oldDocument, old);
        current = Resolve(currentDocument, current);
        CompareTypes(place, old, current, isInput);
        CompareChoices(place, old, current, isInput);
        CompareProperties(place, old, current, isInput);
        if (old["items"] is { } items)
            Compare(place + "[]", items, current["items"], isInput);
        if (old["additionalProperties"] is JsonObject values)
            Compare(place + "{}", values, current["additionalProperties"], isInput);
    }

    private void CompareTypes(string place, JsonNode old, JsonNode current, bool isInput)
    {
        var before = Types(old);
        var after = Types(current);
        // What is written must still be taken; what is read must not be more than it was.
        if (isInput ? !IsWithin(before, after) : !IsWithin(after, before))
            breaks.Add($"{place} changed its type from {Name(before)} to {Name(after)}");
        else if (old["format"]?.ToString() is { } format && current["format"]?.ToString() != format)
            breaks.Add($"{place} changed its format from {format} to {current["format"]?.ToString() ?? "any"}");
    }

    private void CompareChoices(string place, JsonNode old, JsonNode current, bool isInput)
    {
        if (!isInput || current["enum"] is null)
            return;
        if (old["enum"] is null)
            breaks.Add($"{place} takes only some values now");
        var lost = OpenApiComparison.Texts(old["enum"]).Except(OpenApiComparison.Texts(current["enum"]));
        foreach (var value in lost.Order(StringComparer.Ordinal))
            breaks.Add($"{place} no longer takes the value {value}");
    }

    private void CompareProperties(string place, JsonNode old, JsonNode current, bool isInput)
    {
        foreach (var (name, property) in OpenApiComparison.Members(old["properties"]))
        {
            if (current["properties"]?[name] is not { } same)
                breaks.Add($"{place}.{name} was removed");
            else
                Compare($"{place}.{name}", property, same, isInput);
        }

        var before = OpenApiComparison.Texts(old["required"]);
        var after = OpenApiComparison.Texts(current["required"]);
        var (changed, what) = isInput ? (after.Except(before), "became required") : (before.Except(after), "is no longer always there");
        foreach (var name in changed.Where(name => isInput || current["properties"]?[name] is not null).Order(StringComparer.Ordinal))
            breaks.Add($"{place}.{name} {what}");
    }

    private static HashSet<string> Types(JsonNode schema) => schema switch
    {
        { } node when node["type"] is JsonArray several => OpenApiComparison.Texts(several),
        { } node when node["type"] is { } one => [one.ToString()],
        { } node when node["anyOf"] is JsonArray options =>
            [.. options.Select(option => Reference(option!) ?? option!["type"]?.ToString() ?? "any")],
        _ => [],
    };

    /// <summary>No type at all stands for any.</summary>
    private static bool IsWithin(HashSet<string> types, HashSet<string> others) =>
        others.Count == 0 || (types.Count > 0 && types.IsSubsetOf(others));

    private static string Name(HashSet<string> types) =>
        types.Count == 0 ? "any" : string.Join(" or ", types.Order(StringComparer.Ordinal));

    private static string? Reference(JsonNode schema) => schema["$ref"]?.ToString();

    private static JsonNode Resolve(JsonObject document, JsonNode schema)
    {
        if (Reference(schema) is not { } reference)
            return schema;
        JsonNode? node = document;
        foreach (var name in reference.TrimStart('#', '/').Split('/'))
            node = node?[name];
        return node ?? throw new InvalidDataException($"The document refers to {reference}, which it does not hold.");
    }
}
