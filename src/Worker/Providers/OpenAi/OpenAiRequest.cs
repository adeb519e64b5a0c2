using System.Text.Json.Nodes;
using Koda.Worker.Providers.Wire;

namespace Koda.Worker.Providers.OpenAi;

/// <summary>A request as the chat completions API takes it.</summary>
internal static class OpenAiRequest
{
    public static JsonObject Write(ModelRequest request, ProviderEndpoint endpoint)
    {
        var body = new JsonObject
        {
            ["model"] = request.Model,
            ["messages"] = WriteMessages(request),
            ["stream"] = true,
            ["stream_options"] = new JsonObject { ["include_usage"] = true },
        };
        // OpenAI renamed the limit, and its newer models refuse the old name; compatible servers know the old one.
        if (request.MaxOutputTokens > 0)
            body[endpoint.BaseUrl.Host == "api.openai.com" ? "max_completion_tokens" : "max_tokens"] = request.MaxOutputTokens;
        if (request.Tools.Count > 0)
            body["tools"] = new JsonArray([.. request.Tools.Select(WriteTool)]);
        RequestOptionsMerge.Into(body, endpoint.Defaults, request.Options);
        OpenAiEffort.Write(body, request, endpoint);
        if (request.Tools.Count > 0 && !request.MayCallTools)
            body["tool_choice"] = "none";
        return body;
    }

    private static JsonObject WriteTool(ToolDefinition tool) => new()
    {
        ["type"] = "function",
        ["function"] = new JsonObject
        {
            ["name"] = tool.Name,
            ["description"] = tool.Description,
            ["parameters"] = tool.InputSchema.DeepClone(),
        },
    };

    private static JsonArray WriteMessages(ModelRequest request)
    {
        var written = new JsonArray();
        if (request.System.Length > 0)
            written.Add(new JsonObject { ["role"] = "system", ["content"] = request.System });
        foreach (var message in request.Messages)
            written.Add(WriteMessage(message));
        return written;
    }

    private static JsonObject WriteMessage(ModelMessage message)
    {
        switch (message.Role)
        {
            case ModelRole.Tool:
                var result = (ToolResultBlock)message.Content[0];
                return new JsonObject { ["role"] = "tool", ["tool_call_id"] = result.CallId, ["content"] = result.Content };
            case ModelRole.Assistant:
                var calls = message.ToolCalls.Select(WriteCall).ToArray();
                var text = message.Text;
                var json = new JsonObject { ["role"] = "assistant", ["content"] = text.Length > 0 || calls.Length == 0 ? text : null };
                if (calls.Length == 0)
                    return json;
                json["tool_calls"] = new JsonArray(calls);
                // Servers that think between calls want their thoughts back; those that do not never sent any.
                var reasoning = string.Concat(message.Content.OfType<ReasoningBlock>().Select(block => block.Text));
                if (reasoning.Length > 0)
                    json["reasoning_content"] = reasoning;
                return json;
            default:
                return new JsonObject { ["role"] = "user", ["content"] = WriteContent(message) };
        }
    }

    // Servers of text models know only text.
    private static JsonNode WriteContent(ModelMessage message) => message.Content.Any(block => block is ImageBlock)
        ? new JsonArray([.. message.Content.Select(block => block switch
        {
            ImageBlock image => new JsonObject
            {
                ["type"] = "image_url",
                ["image_url"] = new JsonObject { ["url"] = $"data:{image.MimeType};base64,{image.Data}" },
            },
            TextBlock text => new JsonObject { ["type"] = "text", ["text"] = text.Text },
            _ => null,
        }).OfType<JsonObject>()])
        : message.Text;

    private static JsonObject WriteCall(ToolCallBlock call) => new()
    {
        ["id"] = call.CallId,
        ["type"] = "function",
        ["function"] = new JsonObject { ["name"] = call.Tool, ["arguments"] = call.Arguments },
    };
}
