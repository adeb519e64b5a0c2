using System.Globalization;
using System.Text;

namespace Koda.Cli.Terminal;

/// <summary>A text while it is typed, as the rows of a screen.</summary>
/// <param name="Rows">The rows.</param>
/// <param name="Row">The row in which the cursor stands.</param>
/// <param name="Column">The cells before the cursor.</param>
internal sealed record TypedRows(IReadOnlyList<string> Rows, int Row, int Column)
{
    public static readonly TypedRows None = new([], 0, 0);

    /// <param name="mark">What stands before the text.</param>
    /// <param name="painted">The same with its colours.</param>
    /// <param name="text">The text.</param>
    /// <param name="cursor">Where in it the next character goes.</param>
    /// <param name="width">How many cells a row has.</param>
    public static TypedRows Of(string mark, string painted, string text, int cursor, int width)
    {
        var rows = new List<string>();
        var row = new StringBuilder(Printable.Width(mark) < width ? painted : "");
        var indent = Printable.Width(mark) < width ? Printable.Width(mark) : 0;
        var column = indent;
        var (cursorRow, cursorColumn) = (0, column);
        foreach (var (at, part) in Parts(text))
        {
            var cells = Printable.Width(part);
            if (part != "\n" && column + cells > width)
                Break(0);
            if (at == cursor)
                (cursorRow, cursorColumn) = (rows.Count, column);
            if (part == "\n")
                Break(indent);
            else
                row.Append(part);
            column += part == "\n" ? 0 : cells;
        }
        if (column >= width)
            Break(0);
        if (cursor == text.Length)
            (cursorRow, cursorColumn) = (rows.Count, column);
        rows.Add(row.ToString());
        return new(rows, cursorRow, cursorColumn);

        void Break(int start)
        {
            rows.Add(row.ToString());
            row.Clear().Append(' ', start);
            column = start;
        }
    }

    /// <summary>The rows around the cursor that have room.</summary>
    public TypedRows Within(int height)
    {
        if (Rows.Count <= height)
            return this;
        var first = Math.Clamp(Row - (height / 2), 0, Rows.Count - height);
        return new([.. Rows.Skip(first).Take(height)], Row - first, Column);
    }

    private static IEnumerable<(int At, string Part)> Parts(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            var length = StringInfo.GetNextTextElementLength(text, at);
            yield return (at, text.Substring(at, length));
            at += length;
        }
    }
}
