using Koda.Cli.Terminal;

namespace Koda.Cli.Lists;

/// <summary>A column with what stands in it, as wide as it is shown.</summary>
internal sealed class Cells<T>
{
    /// <summary>What stands between two columns: what has single spaces in it can be told apart.</summary>
    public const string Gap = "  ";

    private const string Empty = "-";
    private const int Least = 8;

    private readonly Column<T> _column;
    private readonly List<string> _texts;
    private readonly List<Tone> _tones;
    private readonly bool _whole;
    private readonly int _natural;
    private int _width;

    public Cells(Column<T> column, bool whole, IReadOnlyCollection<T> items)
    {
        (_column, _whole) = (column, whole);
        _texts =
        [
            column.Title,
            .. items.Select(item => Printable.Line(column.Text(item), int.MaxValue)).Select(text => text.Length > 0 ? text : Empty),
        ];
        _tones = [Tone.Faint, .. items.Select(column.Tone)];
        _width = _natural = _texts.Max(Printable.Width);
    }

    /// <summary>Cuts columns, the least first, and leaves out what would not be told by what is left of it.</summary>
    public static void Fit(List<Cells<T>> columns, int width)
    {
        while (true)
        {
            var over = columns.Sum(column => column._natural) + Gap.Length * (columns.Count - 1) - width;
            List<Cells<T>> yielding = [.. columns.Where(column => !column._whole).Reverse().OrderBy(column => column._column.Importance)];
            foreach (var column in yielding)
            {
                column._width = Math.Max(Math.Min(column._natural, Least), column._natural - Math.Max(over, 0));
                over -= column._natural - column._width;
            }
            if (over <= 0 || yielding.Count == 0)
                return;
            columns.Remove(yielding[0]);
        }
    }

    /// <summary>What stands in a row; the titles are row 0.</summary>
    public string At(int row, CliTerminal terminal, bool isLast)
    {
        var text = Printable.Cut(_texts[row], _width);
        var room = new string(' ', _width - Printable.Width(text));
        var painted = terminal.Paint(text, _tones[row]);
        return _column.Right ? room + painted : isLast ? painted : painted + room;
    }
}
