using System.Diagnostics;
using Koda.Cli.Tasks;
using Koda.Cli.Terminal;
using static Koda.Protos.Code.V1.SessionEvent;

namespace Koda.Cli.Chat;

/// <summary>
/// Shows turns on a screen: what is over stands above, a line for each call; below it what runs, since when, and what waits.
/// </summary>
/// <param name="room">The chat.</param>
/// <param name="area">The lower end of the screen.</param>
internal sealed class TurnScreen(ChatRoom room, LiveArea area) : ITurnView
{
    private const string Frames = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
    private const int OutputRows = 3;
    private const int DiffLines = 12;
    private const int SmallestTail = 3;
    private const int OtherRows = 10;

    private readonly Lock _gate = new();
    private readonly AnswerStream _answer = new(room);
    private readonly Dictionary<string, (LoggedCall Call, TodoList? Todo)> _running = [];
    private LoggedCall? _thought;
    private string _doing = "";
    private long _begin;
    private int _frame;

    /// <summary>Messages that wait for their turn.</summary>
    public Func<IReadOnlyList<string>> Queued { get; init; } = () => [];

    /// <summary>A turn has begun.</summary>
    public void Begin()
    {
        lock (_gate)
            (_doing, _begin) = ("thinking", Stopwatch.GetTimestamp());
        Refresh();
    }

    public void Show(Code.SessionEvent item)
    {
        lock (_gate)
            Take(item);
        Refresh();
    }

    public void Note(string text) => room.Line(text, Tone.Notice);

    public void EndLine()
    {
    }

    /// <summary>Draws what runs. To be called again while it does, so that the time goes on.</summary>
    public void Refresh()
    {
        lock (_gate)
            area.Status(Rows());
    }

    /// <summary>Shows no turn any more.</summary>
    public void Clear()
    {
        lock (_gate)
            (_doing, _begin) = ("", 0);
        area.Status([]);
    }

    private void Take(Code.SessionEvent item)
    {
        switch (item.PayloadCase)
        {
            case PayloadOneofCase.Delta: Say(item.Delta.Content); break;
            case PayloadOneofCase.ReasoningDelta: Think(item.ReasoningDelta.Content); break;
            case PayloadOneofCase.ReasoningDone: EndThought(); break;
            case PayloadOneofCase.ToolInputDelta: _doing = $"writing a call of {Printable.Line(item.ToolInputDelta.Tool, 40)}"; break;
            case PayloadOneofCase.ToolStart: BeginCall(item.ToolStart); break;
            case PayloadOneofCase.ToolOutput: Print(item.ToolOutput); break;
            case PayloadOneofCase.ToolEnd: EndCall(item.ToolEnd); break;
            case PayloadOneofCase.UserQuestion: _doing = "waiting for an answer"; break;
            case PayloadOneofCase.Retry: ShowRetry(item.Retry); break;
            case PayloadOneofCase.Compaction: room.Line("older messages were replaced by a summary", Tone.Notice); break;
            case PayloadOneofCase.Done: ShowDone(item.Done); break;
            case PayloadOneofCase.Error: ShowError(item.Error); break;
        }
    }

    private void Say(string text)
    {
        EndThought();
        _doing = "writing";
        _answer.Say(text);
    }

    private void Think(string text)
    {
        _thought ??= room.Calls.Add("thought", "", Stopwatch.GetTimestamp());
        _thought.Print(text);
        _doing = "thinking";
    }

    private void EndThought()
    {
        if (_thought is not { } thought)
            return;
        _thought = null;
        Fold("∴", Tone.Faint, thought, "");
    }

    private void BeginCall(Code.ToolStart start)
    {
        EndThought();
        _answer.End();
        var call = room.Calls.Add(CallLog.TitleOf(start), start.Input, Stopwatch.GetTimestamp());
        _running[start.CallId] = (call, TodoList.Of(start));
        _doing = "";
    }

    private void Print(Code.ToolOutput output)
    {
        if (_running.TryGetValue(output.CallId, out var running))
            running.Call.Print(output.Output);
    }

    private void EndCall(Code.ToolEnd end)
    {
        if (!_running.Remove(end.CallId, out var running))
            return;
        if (_running.Count == 0)
            _doing = "thinking";
        var (call, todo) = running;
        (call.Error, call.Diff) = (end.Error, end.Diff);
        if (call.Output.Length == 0)
            call.Print(end.Output);
        if (todo is not null && !end.HasError)
        {
            room.Line($"● todo  {todo.Summary}", Tone.Accent);
            foreach (var (line, tone) in todo.Lines(area.Width))
                room.Line(line, tone);
            return;
        }
        Fold(end.HasError ? "✗" : "✓", end.HasError ? Tone.Bad : Tone.Good, call, DiffView.Counts(end.Diff));
        if (end.HasError)
            room.Line("  " + Printable.Line(end.Error, 300), Tone.Bad);
        if (end.Diff.Length == 0)
            return;
        var left = DiffView.Write(room.Terminal, end.Diff, DiffLines);
        if (left > 0)
            room.Line($"  … {Units.Count(left, "more line")}: /show {call.Number}", Tone.Faint);
    }

    // A line for what is over, with the number by which /show unfolds it.
    private void Fold(string mark, Tone tone, LoggedCall call, string note)
    {
        var tail = $"{(note.Length > 0 ? $"  {note}" : "")}  {Units.Duration(Stopwatch.GetElapsedTime(call.Begin))}  [{call.Number}]";
        var title = Printable.Cut(Printable.Line(call.Title, int.MaxValue), Math.Max(area.Width - Printable.Width(tail) - 2, 10));
        room.Painted($"{room.Paint(mark, tone)} {title}{room.Paint(tail, Tone.Faint)}");
    }

    // What the model had begun to say is said anew.
    private void ShowRetry(Code.RetryNotice retry)
    {
        _answer.End();
        room.Line($"{retry.Message}; trying again{(retry.Delay > 0 ? $" in {Units.Milliseconds(retry.Delay)}" : "")}", Tone.Notice);
    }

    private void ShowDone(Code.TurnDone done)
    {
        End();
        if (done.BudgetWarn)
            room.Line("The session's cost is near its budget.", Tone.Notice);
        room.Line(CostView.Of(done), Tone.Faint);
    }

    private void ShowError(Code.TurnFailure failure)
    {
        End();
        var cancelled = failure.Code == ChatPrinter.CancelledCode;
        room.Line(cancelled ? "cancelled" : $"{failure.Code}: {failure.Message}".TrimStart(':', ' '), cancelled ? Tone.Notice : Tone.Bad);
    }

    private void End()
    {
        EndThought();
        _answer.End();
        foreach (var (call, _) in _running.Values)
            Fold("·", Tone.Faint, call, "not ended");
        _running.Clear();
        (_doing, _begin) = ("", 0);
    }

    private IReadOnlyList<string> Rows()
    {
        var (width, rows) = (area.Width, new List<string>());
        if (_begin == 0)
            return [.. Queued().Select(text => QueuedRow(text, width))];
        var tail = _answer.Rows(width, Math.Max(area.Height - OtherRows, SmallestTail));
        if (tail.Count > 0)
            rows.AddRange(["", .. tail]);
        if (_thought is { } thought)
            rows.AddRange(LastRows(thought, width));
        var frame = room.Paint($"{Frames[_frame++ % Frames.Length]}", Tone.Accent);
        foreach (var (call, _) in _running.Values)
        {
            var time = $"  {Elapsed(call.Begin)}";
            var title = Printable.Cut(Printable.Line(call.Title, int.MaxValue), Math.Max(width - time.Length - 2, 10));
            rows.Add($"{frame} {title}{room.Paint(time, Tone.Faint)}");
            rows.AddRange(LastRows(call, width));
        }
        var state = Printable.Cut($"{(_doing.Length > 0 ? _doing : "working")} · {Elapsed(_begin)} · Ctrl-C cancels", width - 2);
        rows.Add($"{frame} {room.Paint(state, Tone.Faint)}");
        return [.. rows, .. Queued().Select(text => QueuedRow(text, width))];
    }

    private string QueuedRow(string text, int width) =>
        room.Paint(Printable.Cut($"⋯ queued: {Printable.Line(text, width)}", width), Tone.Notice);

    private IEnumerable<string> LastRows(LoggedCall call, int width)
    {
        var lines = call.Tail(OutputRows * width).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return lines
            .TakeLast(OutputRows)
            .Select(line => room.Paint(Printable.Cut("  │ " + Printable.Line(line, width), width), Tone.Faint));
    }

    private static string Elapsed(long begin) => Units.Seconds(Stopwatch.GetElapsedTime(begin));
}
