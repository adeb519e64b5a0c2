using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using Koda.Server.Engine.Conversations;
using Koda.Server.Engine.Events;
using Wire = Koda.Protos.Code.V1;

namespace Koda.Server.Surfaces.Code;

/// <summary>Makes messages of the events that recorded them.</summary>
internal static class MessageFold
{
    public static Wire.Message From(Event entry)
    {
        using var document = JsonDocument.Parse(entry.Payload);
        var payload = document.RootElement;
        var message = new Wire.Message
        {
            Id = MessageIds.Of(entry.StreamId, entry.Seq),
            SessionId = entry.StreamId.ToString(),
            CreatedAt = Timestamp.FromDateTime(entry.Time),
            OperationId = SessionIds.Operation(entry.RunId),
        };
        if (entry.Kind == "tool.finished")
            AddResult(message, payload);
        else
            AddContent(message, payload.GetProperty("message"));
        if (payload.TryGetProperty("attachments", out var attachments))
            message.Parts.AddRange(attachments.EnumerateArray().Select(File));
        if (payload.TryGetProperty("background", out var background))
            message.Parts.AddRange(background.EnumerateArray().Select(Background));
        return message;
    }

    private static void AddContent(Wire.Message message, JsonElement said)
    {
        message.Role = said.Text("role");
        foreach (var block in said.GetProperty("content").EnumerateArray())
        {
            if (block.Text("type") == "text")
                message.Content += block.Text("text");
            message.Parts.Add(Part(block));
        }
    }

    private static Wire.MessagePart Part(JsonElement block) =>
        block.Text("type") switch
        {
            "tool_call" => Of(
                "tool_call",
                new
                {
                    call_id = block.Text("call_id"),
                    tool = block.Text("tool"),
                    input = block.TryGetProperty("arguments", out var arguments) ? arguments : default,
                }),
            var type => Of(type, block.Text("text")),
        };

    private static void AddResult(Wire.Message message, JsonElement finished)
    {
        message.Role = "tool";
        message.Content = finished.Text("result");
        message.Parts.Add(Of("tool_result", new
        {
            call_id = finished.Text("call_id"),
            tool = finished.Text("tool"),
            output = finished.Text("result"),
            error = ToolErrorText.Of(finished),
        }));
    }

    private static Wire.MessagePart File(JsonElement attachment) =>
        Of("file", new { path = attachment.Text("path"), mime_type = attachment.Text("mime_type") });

    private static Wire.MessagePart Background(JsonElement ended) => Of("background_event", new
    {
        session_id = ended.Text("conversation_id"),
        agent_id = ended.Text("agent_id"),
        title = ended.Text("title"),
        state = ended.Text("state"),
        result = ended.Text("result"),
    });

    private static Wire.MessagePart Of<T>(string type, T content) => new() { Type = type, Content = Engine.EngineJson.Write(content) };
}
