using System.Text;
using System.Text.RegularExpressions;
using Spectre.Console;

namespace Koda.Cli.Terminal;

/// <summary>
/// Breaks lines between words. What goes on stands below the column that the line has after its first words, or below its beginning.
/// </summary>
internal static partial class HangingText
{
    // Deeper, too little room would be left.
    private const int DeepestColumn = 32;
    private const int NarrowestText = 16;

    /// <summary>
    /// The lines that a text takes at a width in cells, of which colours take none. A word that is wider stays whole: the screen breaks it.
    /// </summary>
    public static IEnumerable<string> Wrap(string text, int width) => text.Split('\n').SelectMany(line => WrapLine(line, width));

    private static IEnumerable<string> WrapLine(string line, int width)
    {
        if (CellsOf(line) <= width)
            return [line];
        var head = Column().Match(line).Value;
        if (head.Length is 0 or > DeepestColumn || width - head.GetCellWidth() < NarrowestText)
            head = Margin().Match(line).Value;
        return Fill(head, line[head.Length..], width);
    }

    private static IEnumerable<string> Fill(string head, string rest, int width)
    {
        var indent = new string(' ', head.GetCellWidth());
        var current = new StringBuilder(head);
        var used = indent.Length;
        foreach (var word in rest.Split(' '))
        {
            var cells = CellsOf(word);
            if (used > indent.Length && used + 1 + cells > width)
            {
                yield return current.ToString();
                current.Clear().Append(indent);
                used = indent.Length;
            }
            if (used > indent.Length)
            {
                current.Append(' ');
                used++;
            }
            current.Append(word);
            used += cells;
        }
        yield return current.ToString();
    }

    private static int CellsOf(string painted) => Colours.Remove(painted).GetCellWidth();

    [GeneratedRegex(@"^ *\S+( \S+)*  +")]
    private static partial Regex Column();

    [GeneratedRegex("^ *")]
    private static partial Regex Margin();
}
