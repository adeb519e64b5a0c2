using System.Text.Json.Nodes;

namespace Koda.Worker.Mcp;

/// <summary>Makes of what a server calls a schema one that providers take: an object with properties, without choices at its top.</summary>
internal static class McpSchema
{
    private const int LongestText = 64 * 1024;
    private static readonly string[] s_choices = ["allOf", "anyOf", "oneOf"];

    /// <returns>Null: it describes no object, or is too long to be told to a model.</returns>
    public static JsonObject? Mended(JsonNode? schema)
    {
        var given = schema switch
        {
            null => [],
            JsonValue value when value.TryGetValue(out bool any) && any => [],
            JsonObject json => json,
            _ => null,
        };
        if (given is null || !MayBeObject(given["type"]) || given.ToJsonString().Length > LongestText)
            return null;
        var mended = given.DeepClone().AsObject();
        Resolve(mended);
        var properties = Properties(mended);
        var required = Names(mended["required"]);
        foreach (var choice in s_choices)
            Merge(mended, choice, properties, required);
        mended.Remove("enum");
        mended.Remove("const");
        mended.Remove("not");
        mended["type"] = "object";
        mended["properties"] = properties;
        required.RemoveWhere(name => !properties.ContainsKey(name));
        mended.Remove("required");
        if (required.Count > 0)
            mended["required"] = new JsonArray([.. required.Select(name => JsonValue.Create(name))]);
        return mended;
    }

    private static bool MayBeObject(JsonNode? type) => type switch
    {
        null => true,
        JsonValue one => one.TryGetValue(out string? name) && name == "object",
        JsonArray several => several.OfType<JsonValue>().Any(one => one.TryGetValue(out string? name) && name == "object"),
        _ => false,
    };

    // Generators put the whole schema among the definitions and refer to it.
    private static void Resolve(JsonObject schema)
    {
        if (schema["$ref"] is not JsonValue reference || !reference.TryGetValue(out string? path))
            return;
        schema.Remove("$ref");
        JsonNode? target = schema;
        foreach (var part in path.TrimStart('#').Split('/', StringSplitOptions.RemoveEmptyEntries))
            target = (target as JsonObject)?[part];
        foreach (var (name, value) in target is JsonObject found && found != schema ? found.ToList() : [])
            schema.TryAdd(name, value?.DeepClone());
    }

    private static JsonObject Properties(JsonObject schema)
    {
        var properties = new JsonObject();
        foreach (var (name, value) in schema["properties"] as JsonObject ?? [])
        {
            var isNever = value is JsonValue flag && flag.TryGetValue(out bool allowed) && !allowed;
            if (!isNever)
                properties[name] = value is JsonObject described ? described.DeepClone() : new JsonObject();
        }
        return properties;
    }

    // What one of several schemas needs is needed only if all of them need it.
    private static void Merge(JsonObject schema, string choice, JsonObject properties, HashSet<string> required)
    {
        var branches = (schema[choice] as JsonArray)?.OfType<JsonObject>().ToList() ?? [];
        schema.Remove(choice);
        HashSet<string>? common = null;
        foreach (var branch in branches)
        {
            foreach (var (name, value) in Properties(branch))
                properties.TryAdd(name, value?.DeepClone());
            var names = Names(branch["required"]);
            if (choice == "allOf")
                required.UnionWith(names);
            else if (common is null)
                common = names;
            else
                common.IntersectWith(names);
        }
        required.UnionWith(common ?? []);
    }

    private static HashSet<string> Names(JsonNode? names) =>
        [
            .. (names as JsonArray)
                ?.OfType<JsonValue>()
                .Select(name => name.TryGetValue(out string? text) ? text : "")
                .Where(name => name.Length > 0)
                ?? [],
        ];
}
