namespace Koda.Cli.Terminal;

/// <summary>Lets a person type a text with the keys that shells have: moving, cutting, earlier lines, completion, several lines.</summary>
/// <param name="terminal">The screen.</param>
/// <param name="keys">The keyboard.</param>
/// <param name="completions">What a beginning may be completed to.</param>
internal sealed class LineEditor(CliTerminal terminal, IKeys keys, Func<string, IReadOnlyList<string>> completions)
{
    private const char LastControl = '\u001f';
    private const string Indent = "  ";
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(15);

    private EditedText _text = new();
    private bool _done;
    private bool _gone;
    private bool _pasted;

    /// <summary>What was typed before, and what is typed from now on.</summary>
    public LineHistory History { get; private set; } = new();

    /// <summary>Whether something was typed when the last reading was cut off.</summary>
    public bool Abandoned { get; private set; }

    /// <summary>Reads a text. Null: the person has gone.</summary>
    /// <param name="mark">What stands before it.</param>
    /// <param name="tone">How that looks. What is typed behind an accent is remembered: answers to questions are no messages.</param>
    /// <param name="cancellation">Cuts it off; what was typed so far is lost.</param>
    public async Task<string?> ReadAsync(string mark, Tone tone, CancellationToken cancellation)
    {
        (_text, _done, _gone, Abandoned) = (new EditedText(), false, false, false);
        var remembers = tone == Tone.Accent;
        var kept = History;
        if (!remembers) History = new LineHistory();
        var view = new LineView(terminal.Error, mark, terminal.PaintError(mark, tone));
        try
        {
            return await ReadAsync(view, cancellation);
        }
        catch (OperationCanceledException)
        {
            Abandoned = _text.Length > 0;
            throw;
        }
        finally
        {
            view.Leave(_text.ToString(), keys.Width);
            History = kept;
            if (remembers && _done) History.Add(_text.ToString());
        }
    }

    private async Task<string?> ReadAsync(LineView view, CancellationToken cancellation)
    {
        while (true)
        {
            view.Draw(_text.ToString(), _text.Cursor, keys.Width);
            while (!keys.Waiting) await Task.Delay(BetweenLooks, cancellation);
            _pasted = false;
            while (keys.Waiting && !_done && !_gone) Take(keys.Read(), view);
            if (_gone) return null;
            if (_done) return _text.ToString();
        }
    }

    private void Take(ConsoleKeyInfo key, LineView view)
    {
        if (key.Key == ConsoleKey.Enter || key.KeyChar is '\r' or '\n') Enter(key);
        else if (key.Key == ConsoleKey.Tab) Complete(view);
        else if (key.Modifiers.HasFlag(ConsoleModifiers.Control)) Control(key.Key);
        else if (key.Modifiers.HasFlag(ConsoleModifiers.Alt)) Alt(key.Key);
        else if (!Move(key.Key) && key.KeyChar > LastControl && key.KeyChar != '\u007f') _text.Insert(key.KeyChar.ToString());
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
        if (key is ConsoleKey.B or ConsoleKey.LeftArrow) _text.WordLeft();
        else if (key is ConsoleKey.F or ConsoleKey.RightArrow) _text.WordRight();
        else if (key == ConsoleKey.Backspace) _text.CutWord();
    }

    private void Earlier()
    {
        if (!_text.Up() && History.Previous(_text.ToString()) is { } line) _text.Replace(line);
    }

    private void Later()
    {
        if (!_text.Down() && History.Next() is { } line) _text.Replace(line);
    }

    private void Complete(LineView view)
    {
        var typed = _text.ToString();
        var found = _text.Cursor == typed.Length && !keys.Waiting ? completions(typed) : [];
        if (found.Count == 0)
        {
            if (!typed.StartsWith('/')) _text.Insert(Indent);
            return;
        }
        var common = found.Aggregate(Common);
        if (found.Count == 1) _text.Replace(found[0] + " ");
        else if (common.Length > typed.Length) _text.Replace(common);
        else view.Leave(typed, keys.Width, string.Join("  ", found));
    }

    private static string Common(string one, string other) =>
        string.Concat(one.TakeWhile((letter, at) => at < other.Length && other[at] == letter));
}
