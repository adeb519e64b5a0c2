using System.Text;
using System.Text.Json;
using Koda.Cli.Tasks;
using Koda.Cli.Terminal;

namespace Koda.Cli.Chat;

/// <summary>Something that is shown in a line, and whole when it is asked for: a tool call, or what the model thought.</summary>
/// <param name="number">The number to ask by.</param>
/// <param name="title">Its line.</param>
/// <param name="begin">When it began, as a stopwatch's time.</param>
internal sealed class LoggedCall(int number, string title, long begin)
{
    private const int MostKept = 256 * 1024;

    private readonly StringBuilder _output = new();

    public int Number => number;

    public string Title => title;

    public long Begin => begin;

    /// <summary>The arguments as JSON. Empty: there are none.</summary>
    public string Input { get; init; } = "";

    public string Diff { get; set; } = "";

    public string Error { get; set; } = "";

    public string Output => _output.ToString();

    /// <summary>The end of the output.</summary>
    public string Tail(int length) => _output.ToString(Math.Max(_output.Length - length, 0), Math.Min(_output.Length, length));

    public void Print(string text) => _output.Append(text.AsSpan(0, Math.Clamp(MostKept - _output.Length, 0, text.Length)));
}

/// <summary>What was shown in a line each, by number.</summary>
internal sealed class CallLog
{
    private const int MostKept = 500;

    private readonly Dictionary<int, LoggedCall> _calls = [];
    private int _last;

    public LoggedCall Add(string title, string input, long begin)
    {
        var call = new LoggedCall(++_last, title, begin) { Input = input };
        _calls[_last] = call;
        _calls.Remove(_last - MostKept);
        return call;
    }

    /// <summary>The one with a number; null: there is none, or it was too long ago.</summary>
    public LoggedCall? Find(int number) => _calls.GetValueOrDefault(number);

    /// <summary>The last one that was begun. Null: none was.</summary>
    public LoggedCall? Last => Find(_last);

    /// <summary>A call's tool and what tells it apart, in a line.</summary>
    public static string TitleOf(Code.ToolStart call)
    {
        using var input = JsonDocument.Parse(call.Input.Length > 0 ? call.Input : "{}");
        return $"{Printable.Line(call.Tool, 40)} {ToolSummary.Of(input.RootElement)}".TrimEnd();
    }
}
