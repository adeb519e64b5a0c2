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
            ["messages"] = OpenAiMessages.Write(request, endpoint.OriginOf(request.Model)),
            ["stream"] = true,
            ["stream_options"] = new JsonObject { ["include_usage"] = true },
        };
        // The API has two names for the limit, and which one is taken differs between its models too. A server that knows neither says so.
        if (request.MaxOutputTokens > 0 && request.Traits.LimitName.Length > 0)
            body[request.Traits.LimitName] = request.Traits.Limit(request.MaxOutputTokens);
        if (request.Tools.Count > 0)
            body["tools"] = new JsonArray([.. request.Tools.Select(WriteTool)]);
        RequestOptionsMerge.Into(body, endpoint.Defaults, request.Options);
        OpenAiEffort.Write(body, request);
        if (request.Tools.Count > 0 && !request.MayCallTools)
            body["tool_choice"] = "none";
        request.Traits.Restrict(body);
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
}
