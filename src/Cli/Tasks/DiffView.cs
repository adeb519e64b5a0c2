using Koda.Cli.Terminal;

namespace Koda.Cli.Tasks;

/// <summary>A unified diff in colour.</summary>
internal static class DiffView
{
    public static void Write(CliTerminal terminal, string diff)
    {
        foreach (var line in Printable.Text(diff).TrimEnd('\n').Split('\n'))
            terminal.Error.WriteLine("  " + terminal.PaintError(line, ToneOf(line)));
    }

    private static Tone ToneOf(string line) => line switch
    {
        _ when line.StartsWith("+++", StringComparison.Ordinal) || line.StartsWith("---", StringComparison.Ordinal) => Tone.Strong,
        ['+', ..] => Tone.Good,
        ['-', ..] => Tone.Bad,
        _ when line.StartsWith("@@", StringComparison.Ordinal) => Tone.Accent,
        _ => Tone.Plain,
    };
}
