using System.Text.Json;
using Koda.Cli.Terminal;

namespace Koda.Cli.Tasks;

/// <summary>The arguments of a tool call in one short line.</summary>
internal static class ToolSummary
{
    private const int Length = 100;

    // What tells a call apart comes first; the rest (contents, replacements) is seen in the diff.
    private static readonly string[] s_telling = ["command", "path", "pattern", "url", "query", "args", "agent", "title", "prompt"];

    public static string Of(JsonElement arguments)
    {
        if (arguments.ValueKind != JsonValueKind.Object)
            return Printable.Line(arguments.ToString(), Length);
        var parts = s_telling.Select(name => arguments.Text(name)).Where(text => text.Length > 0).ToList();
        return Printable.Line(parts.Count > 0 ? string.Join("  ", parts) : arguments.GetRawText(), Length);
    }
}
