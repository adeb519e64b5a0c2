using System.Text.Json.Nodes;
using Koda.Worker.Tools;

namespace Koda.Worker.Mcp;

/// <summary>
/// What a call gave, with all of its parts as a model reads them. A part of an unknown or broken shape is shown as it is.
/// </summary>
internal static class McpResult
{
    private const int LongestStrange = 4_000;

    public static ToolResult Read(JsonNode? result)
    {
        if (result is not JsonObject json)
            return new ToolResult(result is null ? "(nothing)" : Raw(result));
        var parts = new List<string>();
        var images = new McpImages();
        foreach (var part in json["content"] is JsonArray list ? list : json["content"] is { } one ? [one] : (IEnumerable<JsonNode?>)[])
            parts.Add(Part(part, images));
        if (json["structuredContent"] is { } structured && !parts.Exists(part => Says(part, structured)))
            parts.Add(structured.ToJsonString());
        // What servers of the protocol's first version gave.
        if (json["toolResult"] is { } old)
            parts.Add(old is JsonValue value && value.TryGetValue(out string? said) ? said : old.ToJsonString());
        var text = string.Join('\n', parts.Where(part => part.Length > 0));
        var isError = json["isError"] is JsonValue flag && flag.TryGetValue(out bool failed) && failed;
        return new ToolResult(text.Length > 0 ? text : "(nothing)") { IsError = isError, Images = images.Shown };
    }

    private static string Part(JsonNode? part, McpImages images) => Text(part, "type") switch
    {
        "text" when part!["text"] is JsonValue => Text(part, "text"),
        "image" => $"({images.Take(Text(part, "mimeType"), Text(part, "data"))})",
        "audio" => $"(audio of the type {Or(Text(part, "mimeType"), "unknown")}, {Size(Text(part, "data"))}, is left out)",
        "resource" when part!["resource"] is JsonObject resource => Resource(resource, images),
        "resource_link" => $"({Link(part!)})",
        _ => part is null ? "" : Raw(part),
    };

    private static string Link(JsonNode link) =>
        $"resource {Text(link, "uri")}{Named(", ", Or(Text(link, "title"), Text(link, "name")))}{Named(", ", Text(link, "mimeType"))}"
        + Named(": ", Text(link, "description"));

    private static string Resource(JsonObject resource, McpImages images)
    {
        var type = Text(resource, "mimeType");
        var named = $"resource {Text(resource, "uri")}{Named(", ", type)}";
        return resource["text"] is JsonValue ? $"({named})\n{Text(resource, "text")}"
            : type.StartsWith("image/", StringComparison.OrdinalIgnoreCase) ? $"({named}: {images.Take(type, Text(resource, "blob"))})"
            : $"({named}, {Size(Text(resource, "blob"))}, is left out)";
    }

    // Servers are asked to give structured content as a text too.
    private static bool Says(string part, JsonNode structured)
    {
        try
        {
            return part.AsSpan().TrimStart() is ['{' or '[', ..] && JsonNode.DeepEquals(JsonNode.Parse(part), structured);
        }
        catch (System.Text.Json.JsonException)
        {
            return false;
        }
    }

    private static string Raw(JsonNode part) => Shortened.HeadAndTail(part.ToJsonString(), LongestStrange).Text;

    internal static string Size(string base64) => $"{base64.AsSpan().TrimEnd('=').Length * 3L / 4} bytes";

    private static string Named(string before, string text) => text.Length > 0 ? before + text : "";

    private static string Or(string text, string otherwise) => text.Length > 0 ? text : otherwise;

    private static string Text(JsonNode? json, string name) => (json as JsonObject)?[name] is JsonValue value ? value.ToString() : "";
}
