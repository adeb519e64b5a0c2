using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Koda.Worker.Providers.TextCalls;

/// <summary>Takes the commands out of a streamed answer: they become calls as any other, and what stands around them stays text.</summary>
internal static partial class CommandReader
{
    private const string Begin = "<" + CommandPrompt.Tag;

    public static async IAsyncEnumerable<ModelEvent> Read(
        IAsyncEnumerable<ModelEvent> stream, ModelRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var held = new StringBuilder();
        await foreach (var piece in stream.WithCancellation(cancellationToken))
        {
            switch (piece)
            {
                case TextDelta delta:
                    held.Append(delta.Text);
                    if (Shown(held) is { Length: > 0 } text)
                        yield return new TextDelta(text);
                    break;
                case ModelFinished finished:
                    var (message, rest) = Parse(finished.Message, held.ToString(), request);
                    if (rest.Length > 0)
                        yield return new TextDelta(rest);
                    foreach (var call in message.ToolCalls)
                        yield return new ToolInputDelta(call.CallId, call.Tool, call.Arguments);
                    yield return finished with { Message = message, StopReason = Reason(finished.StopReason, message) };
                    break;
                default:
                    yield return piece;
                    break;
            }
        }
    }

    // A command that was cut is seen as arguments that are no JSON, and told to the model.
    private static string Reason(string said, ModelMessage message) =>
        message.ToolCalls.Any() && said is ModelStopReason.EndTurn or ModelStopReason.StopSequence ? ModelStopReason.ToolUse : said;

    /// <summary>Takes out what is certainly text: not what may be the beginning of a command.</summary>
    private static string Shown(StringBuilder held)
    {
        var text = held.ToString();
        var begin = text.IndexOf(Begin, StringComparison.OrdinalIgnoreCase);
        for (var length = Math.Min(Begin.Length - 1, text.Length); begin < 0 && length > 0; length--)
        {
            if (text.EndsWith(Begin[..length], StringComparison.OrdinalIgnoreCase))
                begin = text.Length - length;
        }
        var shown = begin < 0 ? text : text[..begin];
        held.Remove(0, shown.Length);
        return shown;
    }

    private static (ModelMessage Message, string Held) Parse(ModelMessage message, string held, ModelRequest request)
    {
        var ids = new CallIds(request.Messages);
        var calls = new List<ToolCallBlock>();
        var text = Command().Replace(message.Text, found =>
        {
            calls.Add(new ToolCallBlock(ids.Take("", calls.Count), found.Groups["tool"].Value, Arguments(found.Groups["arguments"].Value)));
            return "";
        });
        var rest = Command().Replace(held, "");
        IEnumerable<ContentBlock> content = message.Content.Where(block => block is not TextBlock);
        text = calls.Count > 0 ? text.Trim() : text;
        if (text.Length > 0)
            content = content.Append(new TextBlock(text));
        return (message with { Content = [.. content, .. calls] }, rest.Trim().Length > 0 ? rest : "");
    }

    // Some models write the quotes of JSON as they stand in markup.
    private static string Arguments(string written)
    {
        var arguments = written.Contains("&quot;", StringComparison.Ordinal) ? WebUtility.HtmlDecode(written).Trim() : written.Trim();
        return arguments.Length > 0 ? arguments : "{}";
    }

    // Models forget quotes, the end, or write the whole call as an empty element.
    [GeneratedRegex(
        """<agent_cmd\s+(?:tool|name)\s*=\s*["']?(?<tool>[^"'\s>/]+)["']?[^>]*?(?:/>|>(?<arguments>.*?)(?:</agent_cmd\s*>|(?=<agent_cmd\b)|\z))""",
        RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex Command();
}
