using System.Text;
using Koda.Worker.Context;
using Koda.Worker.Providers;

namespace Koda.Worker.Loop;

/// <summary>
/// Notices arguments of a call that do not end: a model that repeats itself would write until its limit, and fill the log.
/// </summary>
internal sealed class RunawayInput(string model, IModelProvider provider)
{
    private const int LongestInput = 256 * 1024;
    private const int Kept = 500;

    private readonly StringBuilder _text = new();
    private readonly Dictionary<string, (string Tool, StringBuilder Arguments)> _calls = [];
    private int _length;

    /// <summary>Takes a piece of the answer.</summary>
    /// <returns>The answer as far as it came, when it is not to be read on; the model is told of the call that was cut.</returns>
    public ModelFinished? Add(ModelEvent piece)
    {
        switch (piece)
        {
            case TextDelta delta:
                _length += delta.Text.Length;
                _text.Append(delta.Text);
                return null;
            case ReasoningDelta delta:
                _length += delta.Text.Length;
                return null;
            case ToolInputDelta delta:
                _length += delta.Text.Length;
                if (!_calls.TryGetValue(delta.CallId, out var call))
                    _calls[delta.CallId] = call = (delta.Tool, new StringBuilder());
                call.Arguments.Append(delta.Text);
                return call.Arguments.Length > LongestInput ? Cut(delta.CallId) : null;
            default:
                return null;
        }
    }

    private ModelFinished Cut(string callId)
    {
        var content = new List<ContentBlock>();
        if (_text.Length > 0)
            content.Add(new TextBlock(_text.ToString()));
        foreach (var (id, (tool, arguments)) in _calls)
            content.Add(
                new ToolCallBlock(id, tool, id == callId ? arguments.ToString(0, Kept) + ToolCallBlock.CutMark : arguments.ToString()));
        // Nobody tells what an answer used that was not read to its end.
        var usage = provider.Priced(model, new ModelUsage { OutputTokens = TokenEstimate.OfLength(_length) });
        return new ModelFinished(new ModelMessage(ModelRole.Assistant, content), ModelStopReason.ToolUse, usage, model);
    }
}
