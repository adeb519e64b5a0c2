namespace Koda.Worker.Audit.Code;

/// <summary>Lines and columns of a text.</summary>
internal sealed class Places(string text)
{
    private const int LongestText = 400;

    private readonly int[] _lines = [0, .. Enumerable.Range(0, text.Length).Where(at => text[at] == '\n').Select(at => at + 1)];

    /// <summary>The line of a place, from 1.</summary>
    public int Line(int at) => Array.BinarySearch(_lines, at) is >= 0 and var found ? found + 1 : ~Array.BinarySearch(_lines, at);

    /// <summary>The column of a place, from 1.</summary>
    public int Column(int at) => at - _lines[Line(at) - 1] + 1;

    /// <summary>How many characters of white space a line begins with.</summary>
    public int Margin(int line)
    {
        var from = _lines[line - 1];
        var at = from;
        while (at < text.Length && text[at] is ' ' or '\t')
            at++;
        return at - from;
    }

    /// <summary>A line without white space around it; of a very long one the beginning.</summary>
    public string Text(int line)
    {
        var from = _lines[line - 1];
        var to = line < _lines.Length ? _lines[line] : text.Length;
        return text[from..Math.Min(to, from + LongestText)].Trim();
    }
}
