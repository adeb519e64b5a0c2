using System.Text;
using System.Text.Json;

namespace Koda.Server.Surfaces.Runtime;

/// <summary>
/// Rebuilds the full prompt of each provider call from the log, as docs/event-log.md describes: a call's event holds only what was not in
/// the log before.
/// </summary>
internal sealed class PromptFold
{
    private readonly List<string> _messages = [];
    private string _system = "null";
    private string _tools = "[]";

    /// <summary>Takes a <c>model.started</c> payload and answers the prompt with which that call was made, as JSON text.</summary>
    public string Started(JsonElement payload)
    {
        if (payload.TryGetProperty("system", out JsonElement system))
        {
            _system = system.GetRawText();
        }

        if (payload.TryGetProperty("tools", out JsonElement tools))
        {
            _tools = tools.GetRawText();
        }

        if (payload.TryGetProperty("messages", out JsonElement messages) && messages.ValueKind == JsonValueKind.Array)
        {
            _messages.AddRange(messages.EnumerateArray().Select(message => message.GetRawText()));
        }

        return Render();
    }

    /// <summary>Takes the assistant's message of a <c>model.finished</c> payload.</summary>
    public void Answered(JsonElement message) => _messages.Add(message.GetRawText());

    /// <summary>Takes a <c>tool.finished</c> payload.</summary>
    public void ToolFinished(JsonElement payload)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("role", "tool");
            writer.WriteString("call_id", payload.Text("call_id"));
            writer.WriteString("tool", payload.Text("tool"));
            writer.WriteString("content", payload.Text("result"));
            writer.WriteBoolean("is_error", payload.Text("status") != "ok");
            if (payload.TryGetProperty("images", out var images))
            {
                writer.WritePropertyName("images");
                images.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        _messages.Add(Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length)));
    }

    private string Render() =>
        new StringBuilder().Append("{\"system\":").Append(_system)
            .Append(",\"tools\":").Append(_tools)
            .Append(",\"messages\":[").AppendJoin(',', _messages).Append("]}").ToString();
}
