using Koda.Cli.Terminal;

namespace Koda.Cli.Tasks;

/// <summary>A unified diff in colour.</summary>
internal static class DiffView
{
    /// <param name="terminal">Where it is shown.</param>
    /// <param name="diff">The diff.</param>
    /// <param name="most">How many of its lines are shown at most.</param>
    /// <returns>How many were left out.</returns>
    public static int Write(CliTerminal terminal, string diff, int most = int.MaxValue)
    {
        var lines = Printable.Text(diff).TrimEnd('\n').Split('\n');
        foreach (var line in lines.Take(most))
            terminal.Error.WriteLine("  " + terminal.PaintError(line, ToneOf(line)));
        return Math.Max(lines.Length - most, 0);
    }

    /// <summary>How many lines it adds and removes, such as <c>+3 -1</c>. Empty: none.</summary>
    public static string Counts(string diff)
    {
        var tones = diff.Split('\n').Select(ToneOf).ToList();
        var (added, removed) = (tones.Count(tone => tone == Tone.Good), tones.Count(tone => tone == Tone.Bad));
        return added + removed > 0 ? $"+{added} -{removed}" : "";
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
