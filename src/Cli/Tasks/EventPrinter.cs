using System.Text;
using System.Text.Json;
using Koda.Cli.Terminal;

namespace Koda.Cli.Tasks;

/// <summary>Shows events as they come, for a person. It writes to stderr, so that stdout holds the output alone.</summary>
internal sealed class EventPrinter(CliTerminal terminal)
{
    private const int OutputLines = 12;

    private readonly StringBuilder _said = new();
    private readonly Dictionary<string, string> _calls = [];
    private string _lastCall = "";
    private bool _midLine;
    private int _shownLines;

    public void Show(Runtime.Event item)
    {
        using var document = JsonDocument.Parse(item.Payload);
        var payload = document.RootElement;
        switch (item.Kind)
        {
            case "task.started":
                Line($"attempt {payload.Number("attempt")} on {payload.Text("worker_id")}", Tone.Faint);
                break;
            case "task.waiting":
                Line("waits for an approval", Tone.Notice);
                break;
            case "task.paused":
                Line("paused", Tone.Notice);
                break;
            case "task.retrying":
                Line($"failed: {payload.ErrorText()}; tries again in {Units.Milliseconds(payload.Number("delay_ms"))}", Tone.Notice);
                break;
            case "attempt.lost":
                Line($"worker {payload.Text("worker_id")} was lost; the task goes on elsewhere", Tone.Notice);
                break;
            case "model.started":
                _said.Clear();
                break;
            case "model.delta":
                Say(payload.Text("text"), Tone.Plain);
                break;
            case "model.reasoning":
                Say(payload.Text("text"), Tone.Faint);
                break;
            case "model.failed":
                Line($"model: {payload.ErrorText()}", Tone.Notice);
                break;
            case "tool.started":
                ShowCall(payload);
                break;
            case "tool.output":
                ShowOutput(payload.Text("text"));
                break;
            case "tool.finished":
                ShowResult(payload);
                break;
            case "approval.answered":
                Line($"{payload.Text("decision")} by {payload.Text("by")}", Tone.Notice);
                break;
            case "approval.expired":
                Line("the approval expired, which denies it", Tone.Notice);
                break;
            case "guardrail.hit":
                Line($"stopped by {payload.Text("rule")}: {payload.Text("detail")}", Tone.Notice);
                break;
            case "progress":
                Line(payload.Text("text"), Tone.Faint);
                break;
            case "feed.gap":
                Line("older events are not kept any more", Tone.Notice);
                break;
            case var kind when kind.StartsWith("security.", StringComparison.Ordinal):
                Line($"{kind} {item.Payload}", Tone.Notice);
                break;
        }
    }

    public void Note(string text) => Line(text, Tone.Notice);

    /// <summary>True when the model's last words, which are on the screen already, are this text.</summary>
    public bool WasShown(string output) =>
        terminal.ErrorIsScreen && output.Trim().Length > 0 && _said.ToString().Trim() == Printable.Text(output).Trim();

    public void EndLine()
    {
        if (_midLine)
            terminal.Error.WriteLine();
        _midLine = false;
    }

    private void Say(string text, Tone tone)
    {
        var printable = Printable.Text(text);
        if (tone == Tone.Plain)
            _said.Append(printable);
        // Where it does not go to a screen, an answer would stand beside itself: what is said before a call is written with the call.
        if (tone == Tone.Plain && !terminal.ErrorIsScreen)
            return;
        terminal.Error.Write(terminal.PaintError(printable, tone));
        _midLine = !printable.EndsWith('\n');
    }

    /// <summary>Writes what the model said and nobody has seen yet.</summary>
    public void WriteSaid()
    {
        if (!terminal.ErrorIsScreen && _said.ToString().Trim() is { Length: > 0 } said)
            terminal.Error.WriteLine(said);
        _said.Clear();
    }

    private void Line(string text, Tone tone)
    {
        EndLine();
        terminal.Error.WriteLine(terminal.PaintError(Printable.Text(text), tone));
    }

    private void ShowCall(JsonElement payload)
    {
        _shownLines = 0;
        WriteSaid();
        EndLine();
        var tool = Printable.Text(payload.Text("tool"));
        var arguments = payload.TryGetProperty("arguments", out var given) ? ToolSummary.Of(given) : "";
        _lastCall = payload.Text("call_id");
        _calls[_lastCall] = $"{tool} {Printable.Line(arguments, 40)}";
        terminal.Error.WriteLine($"{terminal.PaintError("●", Tone.Accent)} {terminal.PaintError(tool, Tone.Strong)} {arguments}");
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

    private void ShowResult(JsonElement payload)
    {
        var status = payload.Text("status");
        var took = Units.Milliseconds(payload.Number("duration_ms"));
        // Calls that run side by side end in any order: only the result of the last one needs no name.
        var name = payload.Text("call_id") is var id && id != _lastCall && _calls.TryGetValue(id, out var call) ? call + "  " : "";
        if (status == "ok")
            Line($"  ✓ {name}{took}", Tone.Good);
        else
            Line($"  ✗ {name}{status}: {Printable.Line(payload.Text("result"), 200)}", Tone.Bad);
        if (payload.Text("diff") is { Length: > 0 } diff)
            DiffView.Write(terminal, diff);
    }
}
