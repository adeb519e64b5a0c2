using System.Text;
using System.Text.Json;
using Koda.Worker.Providers.Wire;

namespace Koda.Worker.Providers.Ollama;

/// <summary>Joins the lines of an Ollama chat.</summary>
internal sealed class OllamaAnswer : IStreamedAnswer
{
    private readonly StringBuilder _text = new();
    private readonly StringBuilder _reasoning = new();
    private readonly List<ToolCallBlock> _calls = [];
    private readonly CallIds _ids;
    private readonly string _origin;
    private readonly InlineThoughts _content;
    private string _model;
    private string _doneReason = "stop";
    private ModelUsage _usage = new();

    public OllamaAnswer(ModelRequest request, string origin)
    {
        (_ids, _origin, _model) = (new CallIds(request.Messages), origin, request.Model);
        _content = new InlineThoughts(Say, (text, _, pieces) => Think(text, pieces));
    }

    public bool IsWhole { get; private set; }

    public void Accept(JsonElement chunk, List<ModelEvent> pieces)
    {
        if (ProviderFailure.Told(chunk) is { } failure)
            throw failure;
        if (Text(chunk, "model") is { Length: > 0 } model)
            _model = model;
        if (chunk.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.Object)
            TakeMessage(message, pieces);
        if (!chunk.GetProperty("done").GetBoolean())
            return;

        _content.End(pieces);
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
        var reason = StopReasons.Of(_doneReason, hasCalls: _calls.Count > 0);
        return new ModelFinished(new ModelMessage(ModelRole.Assistant, content) { Origin = _origin }, reason, _usage, _model);
    }

    private void TakeMessage(JsonElement message, List<ModelEvent> pieces)
    {
        if (Text(message, "thinking") is { Length: > 0 } reasoning)
            Think(reasoning, pieces);
        if (Text(message, "content") is { Length: > 0 } text)
            _content.Take(text, pieces);
        if (!message.TryGetProperty("tool_calls", out var calls) || calls.ValueKind != JsonValueKind.Array)
            return;
        foreach (var json in calls.EnumerateArray())
        {
            var call = ReadCall(json);
            _calls.Add(call);
            pieces.Add(new ToolInputDelta(call.CallId, call.Tool, call.Arguments));
        }
    }

    private void Think(string text, List<ModelEvent> pieces)
    {
        _reasoning.Append(text);
        pieces.Add(new ReasoningDelta(text));
    }

    private void Say(string text, List<ModelEvent> pieces)
    {
        _text.Append(text);
        pieces.Add(new TextDelta(text));
    }

    private ToolCallBlock ReadCall(JsonElement json)
    {
        var function = json.GetProperty("function");
        if (Text(function, "name") is not { Length: > 0 } name)
            throw new FormatException("a tool call without a name.");
        var arguments = function.TryGetProperty("arguments", out var value) ? value : default;
        // Older versions give no id.
        return new ToolCallBlock(_ids.Take(Text(json, "id"), _calls.Count), name, arguments.ValueKind switch
        {
            JsonValueKind.Undefined or JsonValueKind.Null => "{}",
            JsonValueKind.String => arguments.GetString()!,
            _ => arguments.GetRawText(),
        });
    }

    private static long Count(JsonElement json, string name) => WireJson.Count(json, name);

    private static string Text(JsonElement json, string name) => WireJson.Text(json, name);
}
