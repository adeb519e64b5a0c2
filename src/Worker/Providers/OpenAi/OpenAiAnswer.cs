using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Koda.Worker.Providers.Wire;

namespace Koda.Worker.Providers.OpenAi;

/// <summary>Joins the chunks of a chat completion.</summary>
internal sealed class OpenAiAnswer : IStreamedAnswer
{
    /// <summary>The <see cref="ReasoningBlock.Field"/> of thoughts that stand among the parts of the content.</summary>
    public const string InContent = "content";

    // DeepSeek, vLLM and others say reasoning_content; OpenRouter, Groq and newer vLLM say reasoning. Both at once say the same.
    private static readonly string[] s_reasoningFields = ["reasoning_content", "reasoning", "reasoning_text", "thinking"];

    private readonly StringBuilder _text = new();
    private readonly StringBuilder _reasoning = new();
    private readonly JsonObject _opaque = [];
    private readonly ModelRequest _request;
    private readonly string _origin;
    private readonly PriceTable _prices;
    private readonly OpenAiCalls _calls;
    private readonly InlineThoughts _content;
    private string? _reasoningField;
    private string _model;
    private string? _finishReason;
    private string? _unread;
    private ModelUsage _usage = new();

    public OpenAiAnswer(ModelRequest request, string origin, PriceTable prices)
    {
        (_request, _origin, _prices, _model) = (request, origin, prices, request.Model);
        _calls = new OpenAiCalls(request);
        _content = new InlineThoughts(Say, Think);
    }

    public bool IsWhole => _finishReason is not null;

    public void Accept(JsonElement chunk, List<ModelEvent> pieces)
    {
        if (ProviderFailure.Told(chunk) is { } failure)
            throw failure;
        if (chunk.ValueKind != JsonValueKind.Object)
            throw new InvalidOperationException($"a chunk that is a {chunk.ValueKind}.");
        if (WireJson.Text(chunk, "model") is { Length: > 0 } model)
            _model = model;
        if (WireJson.Member(chunk, "usage") is { ValueKind: JsonValueKind.Object } usage)
            _usage = ReadUsage(usage);
        // A chunk without choices brings the usage, or nothing.
        foreach (var choice in WireJson.Items(chunk, "choices"))
        {
            if (WireJson.Number(choice, "index") is > 0)
                continue;
            if (ProviderFailure.Told(choice) is { } failed)
                throw failed;
            if ((WireJson.Member(choice, "delta") ?? WireJson.Member(choice, "message")) is { ValueKind: JsonValueKind.Object } delta)
                TakeDelta(delta, pieces);
            if (WireJson.Text(choice, "finish_reason") is not { Length: > 0 } reason)
                continue;
            _content.End(pieces);
            _finishReason = reason;
        }
    }

    public ModelFinished Finish()
    {
        var content = new List<ContentBlock>();
        if (_reasoning.Length > 0)
            content.Add(new ReasoningBlock(_reasoning.ToString()) { Field = _reasoningField });
        // That a piece was a thought says nothing of the whole.
        if ((_opaque["extra_content"] as JsonObject)?["google"] is JsonObject google && google.Remove("thought") && google.Count == 0)
            _opaque.Remove("extra_content");
        if (_opaque.Count > 0)
            content.Add(new OpaqueBlock(_opaque.ToJsonString()));
        if (_text.Length > 0)
            content.Add(new TextBlock(_text.ToString()));
        content.AddRange(_calls.Finish());
        if (_unread is not null && _text.Length == 0 && _calls.Count == 0)
            throw ProviderFailure.Malformed($"content of the type '{_unread}' only.");
        var reason = StopReasons.Of(_finishReason!, hasCalls: _calls.Count > 0);
        return new ModelFinished(
            new ModelMessage(ModelRole.Assistant, content) { Origin = _origin },
            reason,
            _prices.Price(_model, _usage, _request.Model),
            _model);
    }

    private void TakeDelta(JsonElement delta, List<ModelEvent> pieces)
    {
        if (Array.Find(s_reasoningFields, field => WireJson.Text(delta, field).Length > 0) is { } named)
            Think(WireJson.Text(delta, named), named, pieces);
        foreach (var member in delta.EnumerateObject())
        {
            if (OpaqueMembers.IsOne(member.Name)
                && !s_reasoningFields.Contains(member.Name)
                && member.Value.ValueKind != JsonValueKind.Null)
                OpaqueMembers.Take(_opaque, member.Name, member.Value);
        }
        if (WireJson.Member(delta, "content") is { } content)
            _unread = ContentParts.Read(content, text => Take(text, delta, pieces), text => Think(text, InContent, pieces)) ?? _unread;
        Say(WireJson.Text(delta, "refusal"), pieces);
        foreach (var call in WireJson.Items(delta, "tool_calls"))
            _calls.Take(call, pieces);
        if (WireJson.Member(delta, "function_call") is { ValueKind: JsonValueKind.Object } old)
            _calls.Take(JsonSerializer.SerializeToElement(new Dictionary<string, JsonElement> { ["function"] = old }), pieces);
    }

    // Google flags a piece that is a thought, whether or not tags stand around it.
    private void Take(string text, JsonElement delta, List<ModelEvent> pieces)
    {
        var isThought =
            WireJson.Member(delta, "extra_content") is { } extra
            && WireJson.Member(extra, "google") is { } google
            && ContentParts.IsFlagged(google);
        if (isThought && _content.IsPlain(text))
            Think(text, InlineThoughts.Flagged, pieces);
        else
            _content.Take(text, pieces);
    }

    private void Think(string text, string field, List<ModelEvent> pieces)
    {
        if (text.Length == 0)
            return;
        _reasoningField ??= field;
        _reasoning.Append(text);
        pieces.Add(new ReasoningDelta(text));
    }

    private void Say(string text, List<ModelEvent> pieces)
    {
        if (text.Length == 0)
            return;
        _text.Append(text);
        pieces.Add(new TextDelta(text));
    }

    private static ModelUsage ReadUsage(JsonElement usage) =>
        new()
        {
            InputTokens = WireJson.Count(usage, "prompt_tokens"),
            // Some servers leave the reasoning out of what they call completion, and tell of it in the total only.
            OutputTokens = Math.Max(
                WireJson.Count(usage, "completion_tokens"),
                WireJson.Count(usage, "total_tokens") - WireJson.Count(usage, "prompt_tokens")),
            CacheWriteTokens = Detail(usage, "prompt_tokens_details", "cache_write_tokens"),
            CachedInputTokens = Math.Max(
                Detail(usage, "prompt_tokens_details", "cached_tokens"),
                WireJson.Count(usage, "prompt_cache_hit_tokens")),
            ReasoningTokens = Detail(usage, "completion_tokens_details", "reasoning_tokens"),
        };

    private static long Detail(JsonElement usage, string group, string name) =>
        WireJson.Member(usage, group) is { } details ? WireJson.Count(details, name) : 0;
}
