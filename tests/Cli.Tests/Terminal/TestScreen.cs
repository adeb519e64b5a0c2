using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Koda.Cli.Terminal;

namespace Koda.Cli.Tests.Terminal;

/// <summary>A terminal that shows what is written to it. When its width changes it breaks its lines anew, as terminals do.</summary>
internal sealed partial class TestScreen(int width) : TextWriter
{
    private readonly Lock _gate = new();
    private readonly List<List<string>> _lines = [[]];
    private int _line;
    private int _at;

    public int Width { get; set; } = width;

    public override Encoding Encoding => Encoding.UTF8;

    /// <summary>The rows as a person sees them, without blanks at their ends.</summary>
    public string Shown
    {
        get
        {
            lock (_gate)
                return string.Join('\n', _lines.SelectMany(Rows)).TrimEnd();
        }
    }

    /// <summary>What stands before the cursor in its row.</summary>
    public string BeforeCursor
    {
        get
        {
            lock (_gate)
                return string.Concat(_lines[_line].Take(_at).Skip(RowStart));
        }
    }

    public override void Write(char value) => Write(value.ToString());

    public override void WriteLine(string? value) => Write(value + "\n");

    public override void Write(string? value)
    {
        lock (_gate)
            foreach (Match part in Parts().Matches(value ?? ""))
                Take(part);
    }

    private void Take(Match part)
    {
        var count = int.TryParse(part.Groups["count"].Value, CultureInfo.InvariantCulture, out var number) ? number : 1;
        switch (part.Groups["code"].Value)
        {
            case "A":
                Up(count);
                break;
            case "C":
                Right(count);
                break;
            case "J":
                Erase();
                break;
            case "m" or "h" or "l":
                break;
            case "" when part.Value == "\r":
                _at = RowStart;
                break;
            case "" when part.Value == "\n":
                Down();
                break;
            case "" when part.Value[0] >= ' ':
                Put(part.Value);
                break;
            default:
                throw new NotSupportedException(
                    $"The test's terminal does not know {part.Value.Replace("\e", "ESC", StringComparison.Ordinal)}.");
        }
    }

    // A cursor behind the last cell of a full row still belongs to that row.
    private int RowStart => (_at > 0 && _at % Width == 0 && _at == _lines[_line].Count ? _at - 1 : _at) / Width * Width;

    private void Up(int count)
    {
        var column = _at - RowStart;
        for (; count > 0; count--)
        {
            if (RowStart > 0)
                _at = RowStart - Width + column;
            else if (_line > 0)
                _at = Math.Max(_lines[--_line].Count - 1, 0) / Width * Width + column;
        }
    }

    private void Down()
    {
        if (++_line == _lines.Count)
            _lines.Add([]);
        _at = 0;
    }

    private void Right(int count)
    {
        _at += count;
        while (_lines[_line].Count < _at)
            _lines[_line].Add(" ");
    }

    private void Erase()
    {
        if (_lines[_line].Count > _at)
            _lines[_line].RemoveRange(_at, _lines[_line].Count - _at);
        _lines.RemoveRange(_line + 1, _lines.Count - _line - 1);
    }

    private void Put(string text)
    {
        var elements = StringInfo.GetTextElementEnumerator(text);
        while (elements.MoveNext())
        {
            string[] cells =
                Printable.Width(elements.GetTextElement()) == 2 ? [elements.GetTextElement(), ""] : [elements.GetTextElement()];
            foreach (var cell in cells)
            {
                if (_at < _lines[_line].Count)
                    _lines[_line][_at] = cell;
                else
                    _lines[_line].Add(cell);
                _at++;
            }
        }
    }

    private IEnumerable<string> Rows(List<string> line) =>
        line.Count == 0 ? [""] : line.Chunk(Width).Select(row => string.Concat(row).TrimEnd());

    [GeneratedRegex(@"\e\[\??(?<count>[\d;]*)(?<code>[A-Za-z])|[\r\n]|[^\r\n\e]+|\e")]
    private static partial Regex Parts();
}
