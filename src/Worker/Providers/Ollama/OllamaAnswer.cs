using System.Text;
using System.Text.Json;
using Koda.Worker.Providers.Wire;

namespace Koda.Worker.Providers.Ollama;

/// <summary>Joins the lines of an Ollama chat.</summary>
internal sealed class OllamaAnswer(ModelRequest request) : IStreamedAnswer
{
    private readonly StringBuilder _text = new();
    private readonly StringBuilder _reasoning = new();
    private readonly List<ToolCallBlock> _calls = [];
    private string _model = request.Model;
    private string _doneReason = "stop";
    private ModelUsage _usage = new();

    public bool IsWhole { get; private set; }

    public void Accept(JsonElement chunk, List<ModelEvent> pieces)
    {
        if (chunk.TryGetProperty("error", out var error))
            throw ProviderFailure.FromStream(error);
        if (Text(chunk, "model") is { Length: > 0 } model)
            _model = model;
        if (chunk.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.Object)
            TakeMessage(message, pieces);
        if (!chunk.GetProperty("done").GetBoolean())
            return;

        IsWhole = true;
        if (Text(chunk, "done_reason") is { Length: > 0 } reason)
            _doneReason = reason;
        _usage = new ModelUsage { InputTokens = Count(chunk, "prompt_eval_count"), OutputTokens = Count(chunk, "eval_count") };
    }

    public ModelFinished Finish()
    {
        var content = new List<ContentBlock>();
        if (_reasoning.Length > 0)
            content.Add(new ReasoningBlock(_reasoning.ToString()));
        if (_text.Length > 0)
            content.Add(new TextBlock(_text.ToString()));
        content.AddRange(_calls);
        var stopReason = _doneReason switch
        {
            "stop" => _calls.Count > 0 ? ModelStopReason.ToolUse : ModelStopReason.EndTurn,
            "length" => ModelStopReason.MaxTokens,
            _ => _doneReason,
        };
        return new ModelFinished(new ModelMessage(ModelRole.Assistant, content), stopReason, _usage, _model);
    }

    private void TakeMessage(JsonElement message, List<ModelEvent> pieces)
    {
        if (Text(message, "thinking") is { Length: > 0 } reasoning)
        {
            _reasoning.Append(reasoning);
            pieces.Add(new ReasoningDelta(reasoning));
        }
        if (Text(message, "content") is { Length: > 0 } text)
        {
            _text.Append(text);
            pieces.Add(new TextDelta(text));
        }
        if (!message.TryGetProperty("tool_calls", out var calls) || calls.ValueKind != JsonValueKind.Array)
            return;
        foreach (var json in calls.EnumerateArray())
        {
            var call = ReadCall(json);
            _calls.Add(call);
            pieces.Add(new ToolInputDelta(call.CallId, call.Tool, call.Arguments));
        }
    }

    private ToolCallBlock ReadCall(JsonElement json)
    {
        var function = json.GetProperty("function");
        if (Text(function, "name") is not { Length: > 0 } name)
            throw new FormatException("a tool call without a name.");
        var arguments = function.TryGetProperty("arguments", out var value) ? value : default;
        // Older versions give no id. This one is unique within the conversation, and the same whenever the same conversation is asked again.
        var id = Text(json, "id") is { Length: > 0 } given ? given : $"call_{request.Messages.Count}_{_calls.Count}";
        return new ToolCallBlock(id, name, arguments.ValueKind switch
        {
            JsonValueKind.Undefined or JsonValueKind.Null => "{}",
            JsonValueKind.String => arguments.GetString()!,
            _ => arguments.GetRawText(),
        });
    }

    private static long Count(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : 0;

    private static string Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
