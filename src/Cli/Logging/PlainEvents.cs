using Serilog.Core;
using Serilog.Events;
using Serilog.Parsing;

namespace Koda.Cli.Logging;

/// <summary>
/// Makes what others sent safe to write before any format sees it: values are escaped and cut, and so are the messages of exceptions, whose
/// stacks are kept for faults of this program only.
/// </summary>
internal sealed class PlainEvents(ILogEventSink inner) : ILogEventSink
{
    private const int MostOfValue = 1_000;
    private const int MostOfTemplate = 2_000;
    private const int MostOfLine = 1_000;
    private const int MostLines = 80;

    public void Emit(LogEvent logEvent)
    {
        var template = EscapedText.Of(logEvent.MessageTemplate.Text, MostOfTemplate);
        var fault = logEvent.Exception is { } exception ? new PrintedFault(Print(exception)) : null;
        inner.Emit(new LogEvent(
            logEvent.Timestamp,
            logEvent.Level,
            fault,
            template == logEvent.MessageTemplate.Text ? logEvent.MessageTemplate : new MessageTemplate([new TextToken(template)]),
            logEvent.Properties.Select(property => new LogEventProperty(property.Key, Plain(property.Value))),
            logEvent.TraceId ?? default,
            logEvent.SpanId ?? default));
    }

    private static LogEventPropertyValue Plain(LogEventPropertyValue value) =>
        value switch
        {
            ScalarValue { Value: null or bool or int or long or double or DateTime or DateTimeOffset or TimeSpan or Guid or Enum } => value,
            ScalarValue scalar => new ScalarValue(EscapedText.Of(scalar.Value.ToString() ?? "", MostOfValue)),
            StructureValue structure => new StructureValue(
                structure.Properties.Select(member => new LogEventProperty(member.Name, Plain(member.Value)))),
            _ => new ScalarValue(EscapedText.Of(value.ToString(), MostOfValue)),
        };

    // A line that somebody puts into the message of an exception is indented like the stack, and so does not look like one of the log.
    private static string Print(Exception exception)
    {
        if (CallerFaults.Is(exception))
            return $"    {exception.GetType().Name}: {EscapedText.Of(exception.Message, MostOfValue)}";
        var lines = exception.ToString().Split('\n');
        var shown = lines.Take(MostLines).Select(line => "    " + EscapedText.Of(line.TrimEnd('\r'), MostOfLine));
        return string.Join('\n', lines.Length > MostLines ? shown.Append($"    … ({lines.Length - MostLines} more lines)") : shown);
    }

    private sealed class PrintedFault(string text) : Exception
    {
        public override string ToString() => text;
    }
}
