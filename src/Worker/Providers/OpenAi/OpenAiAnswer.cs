using System.Text;
using System.Text.Json;
using Koda.Worker.Providers.Wire;

namespace Koda.Worker.Providers.OpenAi;

/// <summary>Joins the chunks of a chat completion.</summary>
internal sealed class OpenAiAnswer(ModelRequest request, PriceTable prices) : IStreamedAnswer
{
    private readonly StringBuilder _text = new();
    private readonly StringBuilder _reasoning = new();
    private readonly SortedDictionary<int, Call> _calls = [];
    private string _model = request.Model;
    private string? _finishReason;
    private ModelUsage _usage = new();

    public bool IsWhole => _finishReason is not null;

    public void Accept(JsonElement chunk, List<ModelEvent> pieces)
    {
        if (chunk.TryGetProperty("error", out var error) && error.ValueKind != JsonValueKind.Null)
            throw ProviderFailure.FromStream(error);
        if (Text(chunk, "model") is { Length: > 0 } model)
            _model = model;
        if (chunk.TryGetProperty("usage", out var usage) && usage.ValueKind == JsonValueKind.Object)
            _usage = ReadUsage(usage);
        foreach (var choice in chunk.GetProperty("choices").EnumerateArray())
        {
            if (choice.TryGetProperty("delta", out var delta) && delta.ValueKind == JsonValueKind.Object)
                TakeDelta(delta, pieces);
            if (Text(choice, "finish_reason") is { Length: > 0 } reason)
                _finishReason = reason;
        }
    }

    public ModelFinished Finish()
    {
        var content = new List<ContentBlock>();
        if (_reasoning.Length > 0)
            content.Add(new ReasoningBlock(_reasoning.ToString()));
        if (_text.Length > 0)
            content.Add(new TextBlock(_text.ToString()));
        foreach (var (index, call) in _calls)
        {
            if (call.Name.Length == 0)
                throw ProviderFailure.Malformed("a tool call without a name.");
            content.Add(new ToolCallBlock(IdOf(index, call), call.Name, call.Arguments.Length > 0 ? call.Arguments.ToString() : "{}"));
        }
        return new ModelFinished(new ModelMessage(ModelRole.Assistant, content), StopReason(), prices.Price(_model, _usage, request.Model), _model);
    }

    private string StopReason() => _finishReason switch
    {
        // Some compatible servers say "stop" after calls.
        "stop" or "tool_calls" or "function_call" => _calls.Count > 0 ? ModelStopReason.ToolUse : ModelStopReason.EndTurn,
        "length" => ModelStopReason.MaxTokens,
        "content_filter" => ModelStopReason.Refusal,
        var reason => reason!,
    };

    private void TakeDelta(JsonElement delta, List<ModelEvent> pieces)
    {
        // DeepSeek, vLLM and others say reasoning_content; OpenRouter and newer vLLM say reasoning. Both at once say the same.
        var reasoning = Text(delta, "reasoning_content") is { Length: > 0 } spelled ? spelled : Text(delta, "reasoning");
        if (reasoning.Length > 0)
        {
            _reasoning.Append(reasoning);
            pieces.Add(new ReasoningDelta(reasoning));
        }
        var text = Text(delta, "content") + Text(delta, "refusal");
        if (text.Length > 0)
        {
            _text.Append(text);
            pieces.Add(new TextDelta(text));
        }
        if (delta.TryGetProperty("tool_calls", out var calls) && calls.ValueKind == JsonValueKind.Array)
        {
            foreach (var call in calls.EnumerateArray())
                TakeCall(call, pieces);
        }
    }

    private void TakeCall(JsonElement json, List<ModelEvent> pieces)
    {
        // A server that sends whole calls may leave out the index; then each one with an id is a new call.
        var index = json.TryGetProperty("index", out var number) && number.ValueKind == JsonValueKind.Number
            ? number.GetInt32()
            : Text(json, "id").Length > 0 || _calls.Count == 0 ? _calls.Count : _calls.Keys.Last();
        if (!_calls.TryGetValue(index, out var call))
            _calls[index] = call = new Call();
        if (Text(json, "id") is { Length: > 0 } id)
            call.Id = id;
        if (!json.TryGetProperty("function", out var function) || function.ValueKind != JsonValueKind.Object)
            return;
        if (call.Name.Length == 0)
            call.Name = Text(function, "name");
        var arguments = function.TryGetProperty("arguments", out var value) && value.ValueKind == JsonValueKind.Object
            ? value.GetRawText()
            : Text(function, "arguments");
        if (arguments.Length == 0)
            return;
        call.Arguments.Append(arguments);
        pieces.Add(new ToolInputDelta(IdOf(index, call), call.Name, arguments));
    }

    // Unique within the conversation, and the same whenever the same conversation is asked again.
    private string IdOf(int index, Call call) => call.Id.Length > 0 ? call.Id : $"call_{request.Messages.Count}_{index}";

    private static ModelUsage ReadUsage(JsonElement usage) => new()
    {
        InputTokens = Count(usage, "prompt_tokens"),
        // Some servers leave the reasoning out of what they call completion, and tell of it in the total only.
        OutputTokens = Math.Max(Count(usage, "completion_tokens"), Count(usage, "total_tokens") - Count(usage, "prompt_tokens")),
        CacheWriteTokens = Detail(usage, "prompt_tokens_details", "cache_write_tokens"),
        CachedInputTokens = Math.Max(Detail(usage, "prompt_tokens_details", "cached_tokens"), Count(usage, "prompt_cache_hit_tokens")),
        ReasoningTokens = Detail(usage, "completion_tokens_details", "reasoning_tokens"),
    };

    private static long Detail(JsonElement usage, string group, string name) =>
        usage.TryGetProperty(group, out var details) && details.ValueKind == JsonValueKind.Object ? Count(details, name) : 0;

    private static long Count(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : 0;

    private static string Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private sealed class Call
    {
        public string Id { get; set; } = "";

        public string Name { get; set; } = "";

        public StringBuilder Arguments { get; } = new();
    }
}
