using System.Globalization;
using System.Text.Json;
using Koda.Cli.Tasks;
using Koda.Cli.Terminal;

namespace Koda.Cli.Chat;

/// <summary>Commands that show what a chat shows in a line as a whole.</summary>
internal static class ShowCommands
{
    private const int LongestArgument = 200;

    public static SlashCommand[] All { get; } =
    [
        new("/show", "[N]", "unfolds a call by its number, or the last one: arguments, output, changes", Show),
    ];

    private static Task Show(ChatRoom room, string number, CancellationToken cancellationToken)
    {
        var call = number.Length == 0 ? room.Calls.Last
            : int.TryParse(number, CultureInfo.InvariantCulture, out var wanted) ? room.Calls.Find(wanted) : null;
        if (call is null)
            room.Line(number.Length == 0 ? "Nothing was called yet." : $"There is no call {number} here.", Tone.Bad);
        else
            Write(room, call);
        return Task.CompletedTask;
    }

    private static void Write(ChatRoom room, LoggedCall call)
    {
        room.Line($"[{call.Number}] {call.Title}", Tone.Strong);
        WriteArguments(room, call.Input);
        if (call.Output.Trim().Length > 0)
            room.Line(Indented(call.Output));
        if (call.Error.Length > 0)
            room.Line(Indented(call.Error), Tone.Bad);
        if (call.Diff.Length > 0)
            DiffView.Write(room.Terminal, call.Diff);
    }

    // What the diff shows in full is not said twice.
    private static void WriteArguments(ChatRoom room, string input)
    {
        if (input.Length == 0)
            return;
        using var arguments = JsonDocument.Parse(input);
        if (arguments.RootElement.ValueKind != JsonValueKind.Object)
            return;
        foreach (var argument in arguments.RootElement.EnumerateObject())
            room.Line($"  {argument.Name}: {Printable.Line(argument.Value.ToString(), LongestArgument)}", Tone.Faint);
    }

    private static string Indented(string text) => "  " + text.TrimEnd().ReplaceLineEndings("\n  ");
}
