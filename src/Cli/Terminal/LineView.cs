using System.Globalization;
using System.Text;

namespace Koda.Cli.Terminal;

/// <summary>Shows a text while it is typed, over as many rows as it takes.</summary>
/// <param name="screen">Where it is shown.</param>
/// <param name="mark">What stands before it.</param>
/// <param name="painted">The same with its colours.</param>
internal sealed class LineView(TextWriter screen, string mark, string painted)
{
    private int _row;

    /// <summary>Draws the text in place of what was drawn before.</summary>
    public void Draw(string text, int cursor, int width)
    {
        var drawn = new StringBuilder(Up(_row)).Append("\r\u001b[J").Append(painted);
        var (row, column) = (Printable.Width(mark) / width, Printable.Width(mark) % width);
        var indent = row == 0 ? column : 0;
        var (cursorRow, cursorColumn) = (row, column);
        foreach (var (at, part) in Parts(text))
        {
            var cells = Printable.Width(part);
            if (part == "\n" || column + cells > width)
            {
                if (at == cursor && part == "\n") (cursorRow, cursorColumn) = (row, column);
                (row, column) = (row + 1, part == "\n" ? indent : 0);
                drawn.Append("\r\n").Append(' ', column);
                if (part == "\n") continue;
            }
            if (at == cursor) (cursorRow, cursorColumn) = (row, column);
            drawn.Append(part);
            column += cells;
        }
        if (column == width)
        {
            (row, column) = (row + 1, 0);
            drawn.Append("\r\n");
        }
        if (cursor == text.Length) (cursorRow, cursorColumn) = (row, column);
        drawn.Append(Up(row - cursorRow)).Append('\r');
        if (cursorColumn > 0) drawn.Append(CultureInfo.InvariantCulture, $"\u001b[{cursorColumn}C");
        screen.Write(drawn.ToString());
        screen.Flush();
        _row = cursorRow;
    }

    /// <summary>Leaves the text on the screen, and shows something below it before it is drawn anew.</summary>
    public void Leave(string text, int width, string below = "")
    {
        Draw(text, text.Length, width);
        screen.WriteLine();
        if (below.Length > 0) screen.WriteLine(below);
        _row = 0;
    }

    private static string Up(int rows) => rows > 0 ? $"\u001b[{rows}A" : "";

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
