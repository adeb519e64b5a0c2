using System.Text;
using System.Text.Json.Nodes;
using Koda.Worker.Providers;
using Koda.Worker.Tools;

namespace Koda.Worker.Context;

/// <summary>A summary without a model: what was asked, what was touched and run, what was said last.</summary>
internal static class RuleSummary
{
    private const int LongestEarlier = 6_000;
    private const int LongestMessage = 400;
    private const int LongestLast = 1_500;
    private const int Messages = 20;
    private const int Paths = 60;
    private const int Commands = 20;

    public static string Of(IReadOnlyList<ModelMessage> messages)
    {
        var text = new StringBuilder();
        var asked = messages.Where(message => message.Role == ModelRole.User).Select(message => message.Text).ToList();
        if (asked.FirstOrDefault(IsSummary) is { } earlier)
            text.Append(Shortened.HeadAndTail(earlier[Compaction.Mark.Length..].Trim(), LongestEarlier).Text).Append("\n\n");
        Append(
            text,
            "The user asked",
            asked.Where(message => !IsSummary(message)).TakeLast(Messages).Select(message => Line(message, LongestMessage)));
        var calls = messages.SelectMany(message => message.ToolCalls).ToList();
        Append(text, "Files that were changed", PathsOf(calls, call => call.Tool is "write" or "edit" or "patch"));
        Append(text, "Files that were read", PathsOf(calls, call => call.Tool is "read"));
        var failed = messages
            .SelectMany(message => message.Content)
            .OfType<ToolResultBlock>()
            .Where(result => result.IsError)
            .Select(result => result.CallId)
            .ToHashSet();
        Append(
            text,
            "Commands that were run",
            calls
                .Where(call => call.Tool == "bash")
                .TakeLast(Commands)
                .Select(call => Line(Argument(call, "command"), LongestMessage) + (failed.Contains(call.CallId) ? " (failed)" : "")));
        if (messages.LastOrDefault(message => message.Role == ModelRole.Assistant && message.Text.Length > 0) is { } last)
            text.Append("You said last:\n").Append(Shortened.HeadAndTail(last.Text, LongestLast).Text).Append('\n');
        return text.ToString().Trim();
    }

    private static bool IsSummary(string message) => message.StartsWith(Compaction.Mark, StringComparison.Ordinal);

    private static IEnumerable<string> PathsOf(IEnumerable<ToolCallBlock> calls, Func<ToolCallBlock, bool> which) =>
        calls.Where(which).Select(call => Argument(call, "path")).Where(path => path.Length > 0).Distinct().TakeLast(Paths);

    private static string Argument(ToolCallBlock call, string name) =>
        call.ArgumentsError is null && JsonNode.Parse(call.Arguments)![name] is JsonValue value && value.TryGetValue(out string? text)
            ? text
            : "";

    private static void Append(StringBuilder text, string heading, IEnumerable<string> lines)
    {
        var written = string.Concat(lines.Where(line => line.Length > 0).Select(line => $"- {line}\n"));
        if (written.Length > 0)
            text.Append(heading).Append(":\n").Append(written).Append('\n');
    }

    private static string Line(string text, int length) =>
        Shortened.HeadAndTail(text.ReplaceLineEndings(" ").Trim(), length).Text.ReplaceLineEndings(" ");
}
