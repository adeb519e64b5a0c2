using System.Text.Json.Nodes;
using Koda.Worker.Providers.Wire;

namespace Koda.Worker.Providers.Anthropic;

/// <summary>A request as the Messages API takes it.</summary>
internal static class AnthropicRequest
{
    // The API insists on a limit; this one is within what every current model can write.
    private const int DefaultMaxTokens = 8192;

    /// <param name="request">The request.</param>
    /// <param name="defaults">What the agent's definition adds to every request.</param>
    /// <param name="origin">Who is asked: see <see cref="ModelMessage.Origin"/>.</param>
    public static JsonObject Write(ModelRequest request, JsonObject defaults, string origin = "")
    {
        request = request with { Messages = PortableHistory.Of(request, origin) };
        var body = new JsonObject
        {
            ["model"] = request.Model,
            ["max_tokens"] = request.Traits.Limit(request.MaxOutputTokens > 0 ? request.MaxOutputTokens : DefaultMaxTokens),
            ["messages"] = WriteMessages(request.Messages),
            ["stream"] = true,
        };
        if (request.System.Length > 0)
            body["system"] = new JsonArray(Cached(new JsonObject { ["type"] = "text", ["text"] = request.System }));
        if (request.Tools.Count > 0)
            body["tools"] = new JsonArray([.. request.Tools.Select(WriteTool)]);
        RequestOptionsMerge.Into(body, defaults, request.Options);
        AnthropicThinking.Write(body, request);
        if (request.Tools.Count > 0 && !request.MayCallTools)
            body["tool_choice"] = new JsonObject { ["type"] = "none" };
        request.Traits.Restrict(body);
        return body;
    }

    private static JsonObject WriteTool(ToolDefinition tool) => new()
    {
        ["name"] = tool.Name,
        ["description"] = tool.Description,
        ["input_schema"] = tool.InputSchema.DeepClone(),
    };

    // The results of all calls of one answer have to come back in one user message, so neighbours of one role are joined.
    private static JsonArray WriteMessages(IReadOnlyList<ModelMessage> messages)
    {
        var written = new JsonArray();
        foreach (var message in messages)
        {
            var role = message.Role == ModelRole.Assistant ? "assistant" : "user";
            var blocks = message.Role == ModelRole.Tool ? [WriteResult(message)] : message.Content.Select(WriteBlock).OfType<JsonObject>();
            var last = written.LastOrDefault()?.AsObject();
            if (last?["role"]!.GetValue<string>() != role)
                written.Add(last = new JsonObject { ["role"] = role, ["content"] = new JsonArray() });
            foreach (var block in blocks)
                last["content"]!.AsArray().Add(block);
            if (last["content"]!.AsArray().Count == 0)
                written.Remove(last);
        }

        // The conversation only grows, so marking its end lets the next call read everything before it from the cache.
        if (written.LastOrDefault()?["content"] is JsonArray final
            && final[^1] is JsonObject end
            && end["type"]!.GetValue<string>() != "thinking")
            Cached(end);
        return written;
    }

    private static JsonObject Cached(JsonObject block)
    {
        block["cache_control"] = new JsonObject { ["type"] = "ephemeral" };
        return block;
    }

    // The API refuses empty texts and unsigned reasoning; a block that would be refused is left out.
    private static JsonObject? WriteBlock(ContentBlock block) =>
        block switch
        {
            TextBlock text => string.IsNullOrWhiteSpace(text.Text) ? null : new JsonObject { ["type"] = "text", ["text"] = text.Text },
            ImageBlock { Data: not null } image => new JsonObject
            {
                ["type"] = "image",
                ["source"] = new JsonObject { ["type"] = "base64", ["media_type"] = image.MimeType, ["data"] = image.Data },
            },
            ReasoningBlock { Redacted: true } hidden => new JsonObject { ["type"] = "redacted_thinking", ["data"] = hidden.Signature },
            ReasoningBlock { Signature: not null } thought => new JsonObject
            {
                ["type"] = "thinking",
                ["thinking"] = thought.Text,
                ["signature"] = thought.Signature,
            },
            ReasoningBlock { Field: { } tag } thought when InlineThoughts.IsTag(tag) => new JsonObject
            {
                ["type"] = "text",
                ["text"] = InlineThoughts.Join(tag, thought.Text, ""),
            },
            ToolCallBlock call => new JsonObject
            {
                ["type"] = "tool_use",
                ["id"] = call.CallId,
                ["name"] = call.Tool,
                ["input"] = call.ArgumentsError is null
                    ? JsonNode.Parse(call.Arguments)
                    : new JsonObject { ["invalid_json"] = call.Arguments },
            },
            _ => null,
        };

    private static JsonObject WriteResult(ModelMessage message)
    {
        var result = message.Result;
        var written = new JsonObject
        {
            ["type"] = "tool_result",
            ["tool_use_id"] = result.CallId,
            ["content"] = result.Content,
            ["is_error"] = result.IsError,
        };
        if (message.Images.Any())
            written["content"] = new JsonArray([
                .. message.Images.Prepend<ContentBlock>(new TextBlock(result.Content)).Select(WriteBlock).OfType<JsonObject>(),
            ]);
        return written;
    }
}
