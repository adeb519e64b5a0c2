using System.Text;
using System.Text.Json;
using Koda.Worker.Providers.Wire;

namespace Koda.Worker.Providers.Anthropic;

/// <summary>Joins the events of the Messages API.</summary>
internal sealed class AnthropicAnswer(ModelRequest request, string origin, PriceTable prices) : IStreamedAnswer
{
    private readonly SortedDictionary<int, Block> _blocks = [];
    private readonly CallIds _ids = new(request.Messages);
    private string _model = "";
    private string? _stopReason;
    private long _freshInput, _cacheRead, _cacheWrite, _output, _thinking;

    public bool IsWhole { get; private set; }

    public void Accept(JsonElement chunk, List<ModelEvent> pieces)
    {
        if (ProviderFailure.Told(chunk) is { } failure)
            throw failure;
        switch (chunk.GetProperty("type").GetString())
        {
            case "message_start":
                var message = chunk.GetProperty("message");
                if (message.TryGetProperty("model", out var model) && model.GetString() is { Length: > 0 } name)
                    _model = name;
                TakeUsage(message);
                break;
            case "content_block_start":
                Begin(chunk.GetProperty("index").GetInt32(), chunk.GetProperty("content_block"), pieces);
                break;
            case "content_block_delta":
                Continue(BlockAt(chunk), chunk.GetProperty("delta"), pieces);
                break;
            case "content_block_stop":
                BlockAt(chunk).Close(pieces);
                break;
            case "message_delta":
                if (chunk.GetProperty("delta").TryGetProperty("stop_reason", out var reason))
                    _stopReason = reason.GetString() ?? _stopReason;
                TakeUsage(chunk);
                break;
            case "message_stop":
                if (_stopReason is null || _blocks.Values.Any(block => !block.IsClosed))
                    throw ProviderFailure.Cut();
                IsWhole = true;
                break;
            case "message":
                TakeWhole(chunk, pieces);
                break;
        }
    }

    public ModelFinished Finish()
    {
        var content = _blocks.Values.SelectMany(block => block.ToContent()).ToList();
        var model = _model.Length > 0 ? _model : request.Model;
        var usage = prices.Price(model, new ModelUsage
        {
            InputTokens = _freshInput + _cacheRead + _cacheWrite,
            OutputTokens = _output,
            CachedInputTokens = _cacheRead,
            CacheWriteTokens = _cacheWrite,
            ReasoningTokens = _thinking,
        }, request.Model);
        var reason = StopReasons.Of(_stopReason!, content.Any(block => block is ToolCallBlock));
        return new ModelFinished(new ModelMessage(ModelRole.Assistant, content) { Origin = origin }, reason, usage, model);
    }

    // Some compatible servers send the message in one piece.
    private void TakeWhole(JsonElement message, List<ModelEvent> pieces)
    {
        _model = Text(message, "model");
        foreach (var (i, block) in message.GetProperty("content").EnumerateArray().Index())
        {
            Begin(i, block, pieces);
            _blocks[i].Close(pieces);
        }
        _stopReason = Text(message, "stop_reason") is { Length: > 0 } reason ? reason : throw ProviderFailure.Cut();
        TakeUsage(message);
        IsWhole = true;
    }

    private void Begin(int index, JsonElement start, List<ModelEvent> pieces)
    {
        var block = new Block
        {
            Type = start.GetProperty("type").GetString()!,
            Id = Text(start, "type") == "tool_use" ? _ids.Take(Text(start, "id"), index) : "",
            Name = Text(start, "name"),
            Signature = Text(start, "type") == "redacted_thinking" ? Text(start, "data") : Text(start, "signature"),
        };
        if (!_blocks.TryAdd(index, block))
            throw new FormatException($"block {index} begins twice.");
        if (block.Type == "tool_use" && block.Name.Length == 0)
            throw new FormatException("a tool call without a name.");
        if (block.Type == "tool_use" && start.TryGetProperty("input", out var input) && input.EnumerateObject().Any())
            block.WholeInput = input.GetRawText();
        Append(block, block.Type == "thinking" ? Text(start, "thinking") : Text(start, "text"), pieces);
    }

    private static void Continue(Block block, JsonElement delta, List<ModelEvent> pieces)
    {
        switch (delta.GetProperty("type").GetString())
        {
            case "text_delta":
                Append(block, delta.GetProperty("text").GetString()!, pieces);
                break;
            case "thinking_delta":
                Append(block, delta.GetProperty("thinking").GetString()!, pieces);
                break;
            case "input_json_delta":
                Append(block, delta.GetProperty("partial_json").GetString()!, pieces);
                break;
            case "signature_delta":
                block.Signature += delta.GetProperty("signature").GetString();
                break;
        }
    }

    private static void Append(Block block, string text, List<ModelEvent> pieces)
    {
        if (text.Length == 0)
            return;
        if (block.Type == "text")
            block.Say(text, pieces);
        else
            block.Text.Append(text);
        if (block.Type == "tool_use")
            pieces.Add(new ToolInputDelta(block.Id, block.Name, text));
        else if (block.Type == "thinking")
            pieces.Add(new ReasoningDelta(text));
    }

    private Block BlockAt(JsonElement chunk)
    {
        var index = chunk.GetProperty("index").GetInt32();
        return _blocks.TryGetValue(index, out var block) ? block : throw new FormatException($"block {index} goes on before it began.");
    }

    // The counts are totals so far, and later events repeat only those that changed.
    private void TakeUsage(JsonElement owner)
    {
        if (!owner.TryGetProperty("usage", out var usage) || usage.ValueKind != JsonValueKind.Object)
            return;
        _freshInput = Count(usage, "input_tokens", _freshInput);
        _cacheRead = Count(usage, "cache_read_input_tokens", _cacheRead);
        _cacheWrite = Count(usage, "cache_creation_input_tokens", _cacheWrite);
        _output = Count(usage, "output_tokens", _output);
        if (usage.TryGetProperty("output_tokens_details", out var details) && details.ValueKind == JsonValueKind.Object)
            _thinking = Count(details, "thinking_tokens", _thinking);
    }

    private static long Count(JsonElement usage, string name, long current) =>
        usage.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : current;

    private static string Text(JsonElement json, string name) => WireJson.Text(json, name);

    private sealed class Block
    {
        private readonly InlineThoughts _inline;
        private readonly StringBuilder _thoughts = new();
        private string? _tag;

        public Block() => _inline = new InlineThoughts(
            (text, pieces) =>
            {
                Text.Append(text);
                pieces.Add(new TextDelta(text));
            },
            (text, tag, pieces) =>
            {
                _tag ??= tag;
                _thoughts.Append(text);
                pieces.Add(new ReasoningDelta(text));
            });

        public required string Type { get; init; }

        public required string Id { get; init; }

        public required string Name { get; init; }

        public required string Signature { get; set; }

        public string? WholeInput { get; set; }

        public bool IsClosed { get; private set; }

        public StringBuilder Text { get; } = new();

        /// <summary>Takes a piece of a text, which servers of models that are not Anthropic's may begin with thoughts.</summary>
        public void Say(string text, List<ModelEvent> pieces) => _inline.Take(text, pieces);

        public void Close(List<ModelEvent> pieces)
        {
            _inline.End(pieces);
            IsClosed = true;
        }

        public IEnumerable<ContentBlock> ToContent()
        {
            if (_thoughts.Length > 0)
                yield return new ReasoningBlock(_thoughts.ToString()) { Field = _tag };
            switch (Type)
            {
                case "text" when Text.Length > 0: yield return new TextBlock(Text.ToString()); break;
                case "thinking": yield return new ReasoningBlock(Text.ToString(), Signature.Length > 0 ? Signature : null); break;
                case "redacted_thinking": yield return new ReasoningBlock("", Signature, Redacted: true); break;
                case "tool_use": yield return new ToolCallBlock(Id, Name, Text.Length > 0 ? Text.ToString() : WholeInput ?? "{}"); break;
            }
        }
    }
}
