using System.Globalization;
using Spectre.Console.Rendering;

namespace Koda.Cli.Terminal;

/// <summary>Text that comes from models, tools and files: it must not steer the terminal that shows it.</summary>
internal static class Printable
{
    /// <summary>
    /// Drops control characters, escape sequences' introducers among them, and what turns the direction of a text so that it reads
    /// otherwise than it is; line breaks and tabs stay.
    /// </summary>
    public static string Text(string text) =>
        text.AsSpan().ContainsAny(s_controls) ? string.Concat(text.Where(c => !s_controls.Contains(c))) : text;

    /// <summary>The text on one line, cut to a length.</summary>
    public static string Line(string text, int length)
    {
        var line = Text(string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
        return line.Length <= length ? line : string.Concat(line.AsSpan(0, length - 1), "…");
    }

    /// <summary>How many cells of a screen a line takes.</summary>
    public static int Width(string line) => new Segment(line).CellCount();

    /// <summary>The line, cut so that it takes so many cells of a screen at most.</summary>
    public static string Cut(string line, int cells)
    {
        if (Width(line) <= cells)
            return line;
        var kept = 0;
        for (int length; Width(line[..(kept + (length = StringInfo.GetNextTextElementLength(line, kept)))]) < cells;)
            kept += length;
        return line[..kept] + "…";
    }

    private static readonly System.Buffers.SearchValues<char> s_controls = System.Buffers.SearchValues.Create([
        .. Enumerable.Range(0, 160).Select(c => (char)c).Where(c => char.IsControl(c) && c is not '\n' and not '\t'),
        .. "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
    ]);
}
