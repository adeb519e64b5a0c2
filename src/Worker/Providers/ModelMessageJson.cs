using System.Text.Json;
using System.Text.Json.Nodes;

namespace Koda.Worker.Providers;

/// <summary>Messages and usage as the event log holds them.</summary>
internal static class ModelMessageJson
{
    public static JsonObject Write(ModelMessage message)
    {
        if (message.Role == ModelRole.Tool)
        {
            var result = (ToolResultBlock)message.Content[0];
            var told = new JsonObject
            {
                ["role"] = ModelRole.Tool,
                ["call_id"] = result.CallId,
                ["tool"] = result.Tool,
                ["content"] = result.Content,
                ["is_error"] = result.IsError,
            };
            if (message.Images.Any())
                told["images"] = new JsonArray([
                    .. message.Images.Select(image => new JsonObject { ["mime_type"] = image.MimeType, ["digest"] = image.Digest }),
                ]);
            return told;
        }
        var json = new JsonObject
        {
            ["role"] = message.Role,
            ["content"] = new JsonArray([.. message.Content.Select(WriteBlock)]),
        };
        if (message.Origin is not null)
            json["origin"] = message.Origin;
        return json;
    }

    /// <exception cref="FormatException">The object is not a message.</exception>
    public static ModelMessage Read(JsonObject json)
    {
        try
        {
            var role = Text(json, "role");
            return role == ModelRole.Tool
                ? ModelMessage.ToolResult(
                    Text(json, "call_id"),
                    Text(json, "tool"),
                    Text(json, "content"),
                    Flag(json, "is_error"),
                    json["images"]
                        ?.AsArray()
                        .Select(image => new ImageBlock(null, Text(image!.AsObject(), "mime_type"), Text(image.AsObject(), "digest"))))
                : new ModelMessage(role, [.. json["content"]!.AsArray().Select(block => ReadBlock(block!.AsObject()))])
                {
                    Origin = Optional(json, "origin"),
                };
        }
        catch (Exception error) when (error is InvalidOperationException or NullReferenceException)
        {
            throw new FormatException("The journal holds something that is not a message.", error);
        }
    }

    public static JsonObject Write(ModelUsage usage) => new()
    {
        ["input_tokens"] = usage.InputTokens,
        ["output_tokens"] = usage.OutputTokens,
        ["cached_input_tokens"] = usage.CachedInputTokens,
        ["cache_write_tokens"] = usage.CacheWriteTokens,
        ["reasoning_tokens"] = usage.ReasoningTokens,
        ["cost_micros"] = usage.CostMicros,
    };

    public static ModelUsage ReadUsage(JsonObject json) => new()
    {
        InputTokens = Count(json, "input_tokens"),
        OutputTokens = Count(json, "output_tokens"),
        CachedInputTokens = Count(json, "cached_input_tokens"),
        CacheWriteTokens = Count(json, "cache_write_tokens"),
        ReasoningTokens = Count(json, "reasoning_tokens"),
        CostMicros = Count(json, "cost_micros"),
    };

    private static JsonObject WriteBlock(ContentBlock block)
    {
        switch (block)
        {
            case TextBlock text:
                return new JsonObject { ["type"] = "text", ["text"] = text.Text };
            case ImageBlock image:
                return new JsonObject
                {
                    ["type"] = "image",
                    ["path"] = image.Path,
                    ["mime_type"] = image.MimeType,
                    ["digest"] = image.Digest,
                };
            case ReasoningBlock reasoning:
                var json = new JsonObject { ["type"] = "reasoning", ["text"] = reasoning.Text };
                if (reasoning.Signature is not null)
                    json["signature"] = reasoning.Signature;
                if (reasoning.Redacted)
                    json["redacted"] = true;
                if (reasoning.Field is not null)
                    json["field"] = reasoning.Field;
                return json;
            case OpaqueBlock opaque:
                return new JsonObject { ["type"] = "opaque", ["members"] = JsonNode.Parse(opaque.Json) };
            case ToolCallBlock call:
                var written = new JsonObject
                {
                    ["type"] = "tool_call",
                    ["call_id"] = call.CallId,
                    ["tool"] = call.Tool,
                    ["arguments"] = call.ArgumentsError is null ? JsonNode.Parse(call.Arguments) : call.Arguments,
                };
                if (call.Opaque is not null)
                    written["opaque"] = JsonNode.Parse(call.Opaque);
                return written;
            default:
                throw new ArgumentException($"A {block.GetType().Name} has no place in a message of blocks.", nameof(block));
        }
    }

    private static ContentBlock ReadBlock(JsonObject json) =>
        Text(json, "type") switch
        {
            "text" => new TextBlock(Text(json, "text")),
            "image" => new ImageBlock(Text(json, "path"), Text(json, "mime_type"), Text(json, "digest")),
            "reasoning" => new ReasoningBlock(Text(json, "text"), Optional(json, "signature"), Flag(json, "redacted"))
            {
                Field = Optional(json, "field"),
            },
            "opaque" => new OpaqueBlock(json["members"]!.ToJsonString()),
            "tool_call" => new ToolCallBlock(Text(json, "call_id"), Text(json, "tool"), Arguments(json["arguments"]))
            {
                Opaque = json["opaque"]?.ToJsonString(),
            },
            var type => throw new FormatException($"The journal holds a content block of the unknown type '{type}'."),
        };

    // Arguments that were not a JSON object are kept as the text that the model sent.
    private static string Arguments(JsonNode? node) =>
        node is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : node?.ToJsonString() ?? "{}";

    private static string Text(JsonObject json, string name) => json[name]!.GetValue<string>();

    private static string? Optional(JsonObject json, string name) => json[name]?.GetValue<string>();

    private static bool Flag(JsonObject json, string name) => json[name]?.GetValue<bool>() ?? false;

    private static long Count(JsonObject json, string name) => json[name]?.Deserialize<long>() ?? 0;
}
