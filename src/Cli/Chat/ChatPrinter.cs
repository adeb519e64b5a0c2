using System.Text;
using System.Text.Json;
using Koda.Cli.Tasks;
using Koda.Cli.Terminal;
using static Koda.Protos.Code.V1.SessionEvent;

namespace Koda.Cli.Chat;

/// <summary>
/// Shows what happens in a session line after line, for what is no screen. It writes to stderr, so that stdout holds answers alone.
/// </summary>
/// <param name="terminal">Where it is shown.</param>
/// <param name="answers">Whether the model's words are shown too.</param>
internal sealed class ChatPrinter(CliTerminal terminal, bool answers) : ITurnView
{
    private const int OutputLines = 12;

    private readonly StringBuilder _answer = new();
    private readonly Dictionary<string, string> _calls = [];
    private string _lastCall = "";
    private int _shownLines;
    private bool _midLine;

    /// <summary>What the model said since the last tool: at the end of a turn, its answer.</summary>
    public string Answer => _answer.ToString().Trim();

    public void Show(Code.SessionEvent item)
    {
        switch (item.PayloadCase)
        {
            case PayloadOneofCase.Delta: Say(item.Delta.Content); break;
            case PayloadOneofCase.ReasoningDelta: Think(item.ReasoningDelta.Content); break;
            case PayloadOneofCase.ReasoningDone: EndLine(); break;
            case PayloadOneofCase.ToolStart: ShowCall(item.ToolStart); break;
            case PayloadOneofCase.ToolOutput: ShowOutput(item.ToolOutput.Output); break;
            case PayloadOneofCase.ToolEnd: ShowResult(item.ToolEnd); break;
            case PayloadOneofCase.Retry: ShowRetry(item.Retry); break;
            case PayloadOneofCase.TitleUpdated: Line($"title: {item.TitleUpdated.Title}", Tone.Faint); break;
            case PayloadOneofCase.Compaction: Line("older messages were replaced by a summary", Tone.Notice); break;
            case PayloadOneofCase.Done: ShowDone(item.Done); break;
            case PayloadOneofCase.Error: ShowError(item.Error); break;
        }
    }

    public void Note(string text) => Line(text, Tone.Notice);

    public void EndLine()
    {
        if (_midLine)
            terminal.Error.WriteLine();
        _midLine = false;
    }

    private void Say(string text)
    {
        _answer.Append(text);
        if (answers)
            Write(text, Tone.Plain);
    }

    private void Think(string text)
    {
        if (answers)
            Write(text, Tone.Faint);
    }

    private void Write(string text, Tone tone)
    {
        var printable = Printable.Text(text);
        if (printable.Length == 0)
            return;
        terminal.Error.Write(terminal.PaintError(printable, tone));
        _midLine = !printable.EndsWith('\n');
    }

    private void Line(string text, Tone tone)
    {
        EndLine();
        terminal.Error.WriteLine(terminal.PaintError(Printable.Text(text), tone));
    }

    private void ShowCall(Code.ToolStart call)
    {
        _answer.Clear();
        _shownLines = 0;
        EndLine();
        using var input = JsonDocument.Parse(call.Input.Length > 0 ? call.Input : "{}");
        var summary = ToolSummary.Of(input.RootElement);
        _lastCall = call.CallId;
        _calls[_lastCall] = $"{Printable.Text(call.Tool)} {Printable.Line(summary, 40)}";
        terminal.Error.WriteLine(
            $"{terminal.PaintError("●", Tone.Accent)} {terminal.PaintError(Printable.Text(call.Tool), Tone.Strong)} {summary}");
    }

    private void ShowOutput(string text)
    {
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (_shownLines++ < OutputLines)
                Line("  │ " + line, Tone.Faint);
            else if (_shownLines == OutputLines + 1)
                Line("  │ …", Tone.Faint);
        }
    }

    private void ShowResult(Code.ToolEnd result)
    {
        // Calls that run side by side end in any order: only the result of the last one needs no name.
        var name = result.CallId != _lastCall && _calls.TryGetValue(result.CallId, out var call) ? $" {call}" : "";
        if (!result.HasError)
            Line($"  ✓{name}", Tone.Good);
        else
            Line($"  ✗{name} {Printable.Line(result.Error, 200)}", Tone.Bad);
        if (result.Diff.Length > 0)
            DiffView.Write(terminal, result.Diff);
    }

    // What the model had begun to say is said anew.
    private void ShowRetry(Code.RetryNotice retry)
    {
        _answer.Clear();
        Line($"{retry.Message}; trying again{(retry.Delay > 0 ? $" in {Units.Milliseconds(retry.Delay)}" : "")}", Tone.Notice);
    }

    private void ShowDone(Code.TurnDone done)
    {
        EndLine();
        if (done.BudgetWarn)
            Line("The session's cost is near its budget.", Tone.Notice);
        if (answers)
            Line(CostView.Of(done), Tone.Faint);
    }

    private void ShowError(Code.TurnFailure failure)
    {
        var cancelled = failure.Code == CancelledCode;
        Line(cancelled ? "cancelled" : $"{failure.Code}: {failure.Message}".TrimStart(':', ' '), cancelled ? Tone.Notice : Tone.Bad);
    }

    /// <summary>The code of a turn that somebody cancelled.</summary>
    public const string CancelledCode = "turn.cancelled";
}
