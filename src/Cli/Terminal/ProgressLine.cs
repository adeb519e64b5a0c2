using System.Diagnostics;

namespace Koda.Cli.Terminal;

/// <summary>
/// What a long start is at, with the time that each step takes: a line that moves on a screen, a line for each step elsewhere.
/// </summary>
/// <param name="terminal">Where it is shown: on its error stream.</param>
/// <param name="silent">Whether nothing is shown.</param>
internal sealed class ProgressLine(CliTerminal terminal, bool silent)
{
    private const string Frames = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
    private const string Anew = "\r\e[K";

    private readonly bool _moves = terminal is { ErrorIsScreen: true, Dumb: false };
    private string _step = "";
    private long _begin;
    private int _frame;

    /// <summary>Says what is done now. To be called again while it goes on, so that the line moves.</summary>
    public void Show(string step)
    {
        if (silent)
            return;
        var text = Printable.Line(step, int.MaxValue);
        if (text != _step)
        {
            End();
            (_step, _begin) = (text, Stopwatch.GetTimestamp());
            if (!_moves)
                terminal.Error.WriteLine($"{text} ...");
        }
        if (_moves)
            Draw(terminal.PaintError($"{Frames[_frame++ % Frames.Length]}", Tone.Accent), text);
    }

    /// <summary>The step that was shown last is done.</summary>
    public void End()
    {
        if (silent || _step.Length == 0)
            return;
        if (_moves)
        {
            Draw(terminal.PaintError("✓", Tone.Good), _step);
            terminal.Error.WriteLine();
        }
        _step = "";
    }

    /// <summary>The step that was shown last did not come to its end.</summary>
    public void Abandon()
    {
        if (_moves && !silent && _step.Length > 0)
            terminal.Error.WriteLine();
        _step = "";
    }

    private void Draw(string mark, string text)
    {
        var time = Units.Duration(Stopwatch.GetElapsedTime(_begin));
        terminal.Error.Write(
            $"{Anew}{mark} {Printable.Cut(text, Math.Max(terminal.Width - time.Length - 5, 10))}  {terminal.PaintError(time, Tone.Faint)}");
        terminal.Error.Flush();
    }
}
