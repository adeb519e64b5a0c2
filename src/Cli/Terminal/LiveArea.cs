using System.Globalization;
using System.Text;

namespace Koda.Cli.Terminal;

/// <summary>
/// The lower end of the screen, which is drawn anew as things go on: what happens now, and below it what is typed. Whatever is written
/// above it stays, and scrolls away like any other output.
/// </summary>
/// <param name="screen">The screen.</param>
/// <param name="size">How many cells a row of it has, and how many rows there are.</param>
internal sealed class LiveArea(TextWriter screen, Func<(int Width, int Height)> size)
{
    private readonly Lock _gate = new();
    private IReadOnlyList<string> _status = [];
    private Func<int, TypedRows>? _typed;
    private string _drawn = "";
    private IReadOnlyList<int> _cells = [];
    private int _cursorRow;
    private int _cursorColumn;
    private int _width;

    public int Width => size().Width;

    public int Height => size().Height;

    /// <summary>Begins to draw.</summary>
    public void Begin()
    {
        screen.Write(PastedText.On);
        screen.Flush();
    }

    /// <summary>Draws no more: what stands above stays, and what is written next follows it.</summary>
    public void End()
    {
        lock (_gate)
        {
            (_status, _typed) = ([], null);
            Draw("");
        }
        screen.Write(PastedText.Off);
        screen.Flush();
    }

    /// <summary>Writes whole lines above the area, for good.</summary>
    public void Above(string lines)
    {
        lock (_gate)
            Draw(lines);
    }

    /// <summary>Shows what happens now.</summary>
    /// <param name="rows">Its rows, none wider than the screen. Where there is no room for all, the first ones are left out.</param>
    public void Status(IReadOnlyList<string> rows)
    {
        lock (_gate)
        {
            _status = rows;
            Draw("");
        }
    }

    /// <summary>Shows what is typed, by the width of the screen. Null: nothing can be typed now.</summary>
    public void Typed(Func<int, TypedRows>? rows)
    {
        lock (_gate)
        {
            _typed = rows;
            Draw("");
        }
    }

    private void Draw(string above)
    {
        var (width, height) = size();
        var typed = (_typed?.Invoke(width) ?? TypedRows.None).Within(Math.Max(height - 1, 1));
        var status = _status.TakeLast(Math.Max(height - 1 - typed.Rows.Count, 0));
        IReadOnlyList<string> rows = [.. status, .. typed.Rows];
        var (row, column) = (Math.Clamp(rows.Count - typed.Rows.Count + typed.Row, 0, Math.Max(rows.Count - 1, 0)), typed.Column);
        var drawn = new StringBuilder().AppendJoin("\r\n", rows).Append(Up(rows.Count - 1 - row)).Append('\r');
        if (column > 0)
            drawn.Append(CultureInfo.InvariantCulture, $"\e[{column}C");
        if (above.Length == 0 && width == _width && _drawn == drawn.ToString())
            return;
        screen.Write($"{Up(RowsAboveCursor(width))}\r\e[J{above.ReplaceLineEndings("\r\n")}{drawn}");
        screen.Flush();
        (_drawn, _cells, _width, _cursorRow, _cursorColumn) = (drawn.ToString(), [.. rows.Select(CellsOf)], width, row, column);
    }

    // A terminal that became narrower has broken the rows that do not fit any more.
    private int RowsAboveCursor(int width) =>
        _cells.Take(_cursorRow).Sum(cells => Math.Max((cells + width - 1) / width, 1)) + (_cursorColumn / width);

    private static int CellsOf(string painted) => Printable.Width(Colours.Remove(painted));

    private static string Up(int rows) => rows > 0 ? string.Create(CultureInfo.InvariantCulture, $"\e[{rows}A") : "";
}
