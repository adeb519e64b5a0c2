using System.Text.Json.Nodes;

namespace Koda.Worker.Providers.Ollama;

/// <summary>A request as Ollama's chat API takes it.</summary>
internal static class OllamaRequest
{
    // These stand beside the messages; every other option of an agent is one of the model's, such as temperature or num_ctx.
    private static readonly HashSet<string> s_topLevel = ["think", "format", "keep_alive", "options", "logprobs", "top_logprobs"];

    /// <param name="request">The request.</param>
    /// <param name="defaults">What the agent's definition adds to every request.</param>
    /// <param name="origin">Who is asked: see <see cref="ModelMessage.Origin"/>.</param>
    public static JsonObject Write(ModelRequest request, JsonObject defaults, string origin = "")
    {
        var given = RequestOptionsMerge.Into([], defaults, request.Options);
        var options = given["options"]?.DeepClone() as JsonObject ?? [];
        if (request.MaxOutputTokens > 0)
            options["num_predict"] = request.Traits.Limit(request.MaxOutputTokens);
        var body = new JsonObject { ["model"] = request.Model, ["messages"] = WriteMessages(request, origin), ["stream"] = true };
        // There is no way to keep a model from calling the tools that it is told of.
        if (request.Tools.Count > 0 && request.MayCallTools)
            body["tools"] = new JsonArray([.. request.Tools.Select(WriteTool)]);
        foreach (var (name, value) in given)
        {
            if (name != "options")
                (s_topLevel.Contains(name) ? body : options)[name] = value?.DeepClone();
        }
        if (request.ContextTokens > 0)
            options.TryAdd("num_ctx", request.ContextTokens);
        if (options.Count > 0)
            body["options"] = options;
        if (request.Variant.Length > 0)
            body["think"] = Think(request);
        request.Traits.Restrict(body);
        request.Traits.Restrict(options);
        return body;
    }

    // Most models think or do not; gpt-oss always thinks and takes levels only.
    private static JsonNode Think(ModelRequest request) =>
        request.Model.Contains("gpt-oss", StringComparison.OrdinalIgnoreCase)
            ? request.Variant switch
            {
                ReasoningVariant.Low or ReasoningVariant.Least => "low",
                ReasoningVariant.Adaptive => "medium",
                _ => "high",
            }
            : request.Variant != ReasoningVariant.Least;

    private static JsonArray WriteMessages(ModelRequest request, string origin)
    {
        var written = new JsonArray();
        if (request.System.Length > 0)
            written.Add(new JsonObject { ["role"] = "system", ["content"] = request.System });
        foreach (var message in ModelMessage.WithImagesBeside(PortableHistory.Of(request, origin)))
            written.Add(WriteMessage(message));
        return written;
    }

    private static JsonObject WriteMessage(ModelMessage message)
    {
        if (message.Role == ModelRole.Tool)
        {
            var result = message.Result;
            return new JsonObject
            {
                ["role"] = "tool",
                ["tool_name"] = result.Tool,
                ["tool_call_id"] = result.CallId,
                ["content"] = result.Content,
            };
        }
        var json = new JsonObject { ["role"] = message.Role, ["content"] = message.Text };
        var images = message.Content.OfType<ImageBlock>().Select(image => (JsonNode)(image.Data ?? "")).ToArray();
        if (images.Length > 0)
            json["images"] = new JsonArray(images);
        var reasoning = string.Concat(message.Content.OfType<ReasoningBlock>().Select(block => block.Text));
        if (reasoning.Length > 0)
            json["thinking"] = reasoning;
        var calls = message.ToolCalls.Select(WriteCall).ToArray();
        if (calls.Length > 0)
            json["tool_calls"] = new JsonArray(calls);
        return json;
    }

    private static JsonObject WriteCall(ToolCallBlock call) =>
        new()
        {
            ["id"] = call.CallId,
            ["function"] = new JsonObject
            {
                ["name"] = call.Tool,
                ["arguments"] = call.ArgumentsError is null
                    ? JsonNode.Parse(call.Arguments)
                    : new JsonObject { ["invalid_json"] = call.Arguments },
            },
        };

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
}
