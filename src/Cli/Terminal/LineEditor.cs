namespace Koda.Cli.Terminal;

/// <summary>Lets a person type a text with the keys that shells have: moving, cutting, earlier lines, completion, several lines.</summary>
/// <param name="area">Where it is shown.</param>
/// <param name="keys">The keyboard.</param>
/// <param name="completions">What may be typed at a place.</param>
internal sealed class LineEditor(LiveArea area, IKeys keys, Func<string, int, Completions> completions)
{
    private const char LastControl = '\u001f';
    private const string Indent = "  ";
    private static readonly TimeSpan s_betweenLooks = TimeSpan.FromMilliseconds(15);

    private readonly PastedText _paste = new(keys);
    private EditedText _text = new();
    private IReadOnlyList<string> _below = [];
    private (string Wanted, string? Found)? _search;
    private bool _done;
    private bool _gone;
    private bool _pasted;
    private volatile bool _cleared;

    /// <summary>What was typed before, and what is typed from now on.</summary>
    public LineHistory History { get; private set; } = new();

    /// <summary>What was typed when the last reading was cut off.</summary>
    public string Draft { get; private set; } = "";

    /// <summary>Takes away what is typed. False: nothing is.</summary>
    public bool Clear() => _text.Length > 0 && (_cleared = true);

    /// <summary>Reads a text. Null: the person has gone.</summary>
    /// <param name="mark">What stands before it.</param>
    /// <param name="painted">The same with its colours.</param>
    /// <param name="draft">What stands there already.</param>
    /// <param name="remembers">Whether it is remembered: answers to questions are no messages.</param>
    /// <param name="cancellationToken">Cuts it off.</param>
    public async Task<string?> Read(string mark, string painted, string draft, bool remembers, CancellationToken cancellationToken)
    {
        (_text, _done, _gone, _cleared, _below, Draft) = (new EditedText(), false, false, false, [], "");
        _text.Insert(draft);
        var kept = History;
        if (!remembers)
            History = new LineHistory();
        try
        {
            return await Read(mark, painted, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Draft = _text.ToString();
            throw;
        }
        finally
        {
            area.Typed(null);
            History = kept;
            if (remembers && _done)
                History.Add(_text.ToString());
        }
    }

    private async Task<string?> Read(string mark, string painted, CancellationToken cancellationToken)
    {
        while (true)
        {
            Draw(mark, painted);
            while (!keys.Waiting && !_cleared) await Task.Delay(s_betweenLooks, cancellationToken);
            if (_cleared)
                (_text, _cleared, _below) = (new EditedText(), false, []);
            _pasted = false;
            while (keys.Waiting && !_done && !_gone)
                Take(keys.Read());
            if (_gone)
                return null;
            if (_done)
                return _text.ToString();
        }
    }

    private void Draw(string mark, string painted)
    {
        var (text, cursor, below) = (_text.ToString(), _text.Cursor, _below);
        area.Typed(width =>
        {
            var typed = TypedRows.Of(mark, painted, text, cursor, width);
            return typed with { Rows = [.. typed.Rows, .. below.Select(row => Printable.Cut(row, width))] };
        });
    }

    private void Take(ConsoleKeyInfo key)
    {
        if (key.Key != ConsoleKey.Tab)
            _below = [];
        if (key.Key != ConsoleKey.R || !key.Modifiers.HasFlag(ConsoleModifiers.Control))
            _search = null;
        if (_paste.Begins(key))
            _text.Insert(_paste.Read());
        else if (key.Key == ConsoleKey.Enter || key.KeyChar is '\r' or '\n')
            Enter(key);
        else if (key.Key == ConsoleKey.Tab)
            Complete();
        else if (key.Modifiers.HasFlag(ConsoleModifiers.Control))
            Control(key.Key);
        else if (key.Modifiers.HasFlag(ConsoleModifiers.Alt))
            Alt(key.Key);
        else if (!Move(key.Key) && key.KeyChar > LastControl && !char.IsControl(key.KeyChar))
            _text.Insert(key.KeyChar.ToString());
    }

    // What is pasted has line ends too; more comes at once behind all but the last. A backslash at the end, or Alt, asks for another line.
    private void Enter(ConsoleKeyInfo key)
    {
        _pasted |= keys.Waiting;
        if (_pasted || key.Modifiers.HasFlag(ConsoleModifiers.Alt))
        {
            _text.Insert("\n");
        }
        else if (_text.Cursor == _text.Length && _text.ToString().EndsWith('\\'))
        {
            _text.Backspace();
            _text.Insert("\n");
        }
        else
        {
            _done = true;
        }
    }

    private bool Move(ConsoleKey key)
    {
        switch (key)
        {
            case ConsoleKey.LeftArrow: _text.Left(); return true;
            case ConsoleKey.RightArrow: _text.Right(); return true;
            case ConsoleKey.Home: _text.Home(); return true;
            case ConsoleKey.End: _text.End(); return true;
            case ConsoleKey.UpArrow: Earlier(); return true;
            case ConsoleKey.DownArrow: Later(); return true;
            case ConsoleKey.Backspace: _text.Backspace(); return true;
            case ConsoleKey.Delete: _text.Delete(); return true;
            default: return false;
        }
    }

    private void Control(ConsoleKey key)
    {
        switch (key)
        {
            case ConsoleKey.A: _text.Home(); break;
            case ConsoleKey.E: _text.End(); break;
            case ConsoleKey.B: _text.Left(); break;
            case ConsoleKey.F: _text.Right(); break;
            case ConsoleKey.P: Earlier(); break;
            case ConsoleKey.N: Later(); break;
            case ConsoleKey.R: Search(); break;
            case ConsoleKey.LeftArrow: _text.WordLeft(); break;
            case ConsoleKey.RightArrow: _text.WordRight(); break;
            case ConsoleKey.H: _text.Backspace(); break;
            case ConsoleKey.U: _text.CutToStart(); break;
            case ConsoleKey.K: _text.CutToEnd(); break;
            case ConsoleKey.W or ConsoleKey.Backspace: _text.CutWord(); break;
            case ConsoleKey.D when _text.Length > 0: _text.Delete(); break;
            case ConsoleKey.D: _gone = true; break;
        }
    }

    private void Alt(ConsoleKey key)
    {
        if (key is ConsoleKey.B or ConsoleKey.LeftArrow)
            _text.WordLeft();
        else if (key is ConsoleKey.F or ConsoleKey.RightArrow)
            _text.WordRight();
        else if (key == ConsoleKey.Backspace)
            _text.CutWord();
    }

    private void Earlier()
    {
        if (!_text.Up() && History.Previous(_text.ToString()) is { } line)
            _text.Replace(line);
    }

    private void Later()
    {
        if (!_text.Down() && History.Next() is { } line)
            _text.Replace(line);
    }

    // What was typed before the first press is searched for; each further press goes on to an earlier line.
    private void Search()
    {
        var wanted = _search?.Wanted ?? _text.ToString();
        if (History.Find(wanted, _search?.Found) is { } found)
            _text.Replace(found);
        _search = (wanted, _search is null && _text.ToString() == wanted ? null : _text.ToString());
        _below = [$"searched: {Printable.Line(wanted, area.Width)}"];
    }

    // A burst of keys is pasted, and a Tab in it stands for itself.
    private void Complete()
    {
        var found = keys.Waiting ? Completions.None : completions(_text.ToString(), _text.Cursor);
        if (found.Words.Count == 0)
        {
            if (!_text.ToString().StartsWith('/'))
                _text.Insert(Indent);
            return;
        }
        var common = found.Words.Aggregate(Common);
        var typed = _text.ToString()[found.Start.._text.Cursor];
        if (found.Words.Count == 1)
            _text.ReplaceBefore(found.Start, common + (common.EndsWith('/') ? "" : " "));
        else if (common.Length > typed.Length)
            _text.ReplaceBefore(found.Start, common);
        else
            _below = found.Rows(area.Width);
    }

    private static string Common(string one, string other) =>
        string.Concat(one.TakeWhile((letter, at) => at < other.Length && other[at] == letter));
}
