using System.Globalization;
using Serilog.Core;
using Serilog.Events;
using Serilog.Parsing;

namespace Koda.Cli.Logging;

/// <summary>
/// Writes the first events of a kind in each minute and counts the others, so that nobody fills the log by being refused, and no fault by
/// being repeated. What was counted is one line at the minute's end, and at the end of the process.
/// </summary>
internal sealed class RepeatedEvents : ILogEventSink, IDisposable
{
    /// <summary>How many refusals with one code are written a minute.</summary>
    public const int MostRefusals = 5;

    /// <summary>How many events with any other text.</summary>
    public const int MostOthers = 60;

    private const int MostKinds = 100;
    private const string OtherKinds = "others";
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);
    private static readonly MessageTemplate s_summary = new MessageTemplateParser().Parse(
        "Not written in the last minute, because there were more of the same: {Count} ({Kinds})");

    private readonly ILogEventSink _inner;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _counts = [];
    private readonly Dictionary<string, int> _left = [];

    public RepeatedEvents(ILogEventSink inner, TimeProvider time)
    {
        (_inner, _time) = (inner, time);
        _timer = time.CreateTimer(_ => Summarize(), null, s_minute, s_minute);
    }

    public void Emit(LogEvent logEvent)
    {
        var refusal = CallerFaults.KindOf(logEvent);
        if (IsWritten(refusal ?? logEvent.MessageTemplate.Text, refusal is null ? MostOthers : MostRefusals))
            _inner.Emit(logEvent);
    }

    public void Dispose()
    {
        _timer.Dispose();
        Summarize();
    }

    private bool IsWritten(string kind, int most)
    {
        lock (_gate)
        {
            var known = _counts.ContainsKey(kind) || _counts.Count < MostKinds ? kind : OtherKinds;
            var count = _counts[known] = _counts.GetValueOrDefault(known) + 1;
            if (count > most)
                _left[known] = _left.GetValueOrDefault(known) + 1;
            return count <= most;
        }
    }

    private void Summarize()
    {
        KeyValuePair<string, int>[] left;
        lock (_gate)
        {
            left = [.. _left.OrderByDescending(kind => kind.Value)];
            _counts.Clear();
            _left.Clear();
        }
        if (left.Length == 0)
            return;
        var kinds = string.Join(", ", left.Select(kind => string.Create(CultureInfo.InvariantCulture, $"{kind.Key} {kind.Value}")));
        _inner.Emit(new LogEvent(
            _time.GetLocalNow(),
            LogEventLevel.Warning,
            exception: null,
            s_summary,
            [
                new LogEventProperty("Count", new ScalarValue(left.Sum(kind => (long)kind.Value))),
                new LogEventProperty("Kinds", new ScalarValue(kinds)),
                new LogEventProperty(Constants.SourceContextPropertyName, new ScalarValue("log")),
            ]));
    }
}
