using System.Text.Json;
using Koda.Cli.Tasks;
using Koda.Cli.Terminal;

namespace Koda.Cli.Chat;

/// <summary>The agent's list of steps, as it stands in the arguments of the tool that keeps it.</summary>
internal sealed record TodoList(IReadOnlyList<(string Text, string State)> Items)
{
    public const string Tool = "todo";

    /// <summary>The list. Null: the call does not change it.</summary>
    public static TodoList? Of(Code.ToolStart call)
    {
        if (call.Tool != Tool || call.Input.Length == 0)
            return null;
        using var input = JsonDocument.Parse(call.Input);
        if (input.RootElement.ValueKind != JsonValueKind.Object || !input.RootElement.TryGetProperty("items", out var items))
            return null;
        if (items.ValueKind != JsonValueKind.Array)
            return null;
        var steps = items.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.Object);
        return new([.. steps.Select(item => (item.Text("text"), item.Text("state")))]);
    }

    public string Summary => $"{Items.Count(item => item.State == "done")} of {Items.Count} done";

    /// <summary>A line for each step.</summary>
    public IEnumerable<(string Line, Tone Tone)> Lines(int width) => Items.Select(item => item.State switch
    {
        "done" => (Printable.Cut($"  ☑ {Printable.Line(item.Text, width)}", width), Tone.Faint),
        "active" => (Printable.Cut($"  ▸ {Printable.Line(item.Text, width)}", width), Tone.Strong),
        _ => (Printable.Cut($"  ☐ {Printable.Line(item.Text, width)}", width), Tone.Plain),
    });
}
