namespace Koda.Cli.Terminal;

/// <summary>What was typed before, to be typed again.</summary>
internal sealed class LineHistory
{
    private readonly List<string> _lines = [];
    private string _draft = "";
    private int _at;

    public void Add(string line)
    {
        if (line.Trim().Length > 0 && (_lines.Count == 0 || _lines[^1] != line))
            _lines.Add(line);
        _at = _lines.Count;
    }

    /// <summary>The line before. Null: there is none.</summary>
    /// <param name="current">What is typed now, to come back to.</param>
    public string? Previous(string current)
    {
        if (_at == 0)
            return null;
        if (_at == _lines.Count)
            _draft = current;
        return _lines[--_at];
    }

    /// <summary>The line after, and after the last one what was typed before looking. Null: there is none.</summary>
    public string? Next()
    {
        if (_at >= _lines.Count)
            return null;
        return ++_at == _lines.Count ? _draft : _lines[_at];
    }

    /// <summary>The newest line with a text in it, before one that was found so already. Null: there is none.</summary>
    public string? Find(string text, string? found)
    {
        var before = found is null ? _lines.Count : _lines.LastIndexOf(found);
        return _lines.Take(Math.Max(before, 0))
            .LastOrDefault(line => line.Contains(text, StringComparison.OrdinalIgnoreCase) && line != text && line != found);
    }
}
