using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Koda.Contract.Tests.Journeys;

/// <summary>One turn as Anthropic streams it: a message, its blocks with their deltas, the reason to stop, the usage.</summary>
internal static class MessagesWire
{
    public static async Task Stream(HttpContext context, ModelTurn turn)
    {
        context.Response.ContentType = "text/event-stream";
        await Send(context, new JsonObject
        {
            ["type"] = "message_start",
            ["message"] = new JsonObject
            {
                ["id"] = "msg_1",
                ["type"] = "message",
                ["role"] = "assistant",
                ["model"] = ModelTurn.Model,
                ["content"] = new JsonArray(),
                ["stop_reason"] = null,
                ["stop_sequence"] = null,
                ["usage"] = new JsonObject { ["input_tokens"] = ModelTurn.InputTokens, ["output_tokens"] = 1 },
            },
        });
        var (block, delta) = Block(turn.Delta);
        await Send(context, new JsonObject { ["type"] = "content_block_start", ["index"] = 0, ["content_block"] = block });
        await Send(context, new JsonObject { ["type"] = "content_block_delta", ["index"] = 0, ["delta"] = delta });
        await Send(context, new JsonObject { ["type"] = "content_block_stop", ["index"] = 0 });
        await Send(context, new JsonObject
        {
            ["type"] = "message_delta",
            ["delta"] = new JsonObject { ["stop_reason"] = turn.StopReason == "stop" ? "end_turn" : "tool_use", ["stop_sequence"] = null },
            ["usage"] = new JsonObject { ["output_tokens"] = ModelTurn.OutputTokens },
        });
        await Send(context, new JsonObject { ["type"] = "message_stop" });
    }

    private static (JsonObject Block, JsonObject Delta) Block(JsonObject delta)
    {
        if (delta["tool_calls"]?[0] is not { } call)
        {
            return (
                new JsonObject { ["type"] = "text", ["text"] = "" },
                new JsonObject { ["type"] = "text_delta", ["text"] = delta.At("content") });
        }
        return (
            new JsonObject
            {
                ["type"] = "tool_use",
                ["id"] = call.At("id"),
                ["name"] = call.At("function", "name"),
                ["input"] = new JsonObject(),
            },
            new JsonObject { ["type"] = "input_json_delta", ["partial_json"] = call.At("function", "arguments") });
    }

    private static async Task Send(HttpContext context, JsonObject item)
    {
        await context.Response.Body.WriteAsync(
            Encoding.UTF8.GetBytes($"event: {item.At("type")}\ndata: {item.ToJsonString()}\n\n"), context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}
