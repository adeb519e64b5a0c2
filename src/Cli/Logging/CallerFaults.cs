using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Serilog.Events;

namespace Koda.Cli.Logging;

/// <summary>Tells what a caller did from what this program did.</summary>
internal static class CallerFaults
{
    private const string Refused = "Refused";

    /// <summary>Whether an exception comes from how a caller behaved: it sent nonsense, or went away.</summary>
    public static bool Is(Exception exception) => exception
        is BadHttpRequestException or ConnectionResetException or ConnectionAbortedException or OperationCanceledException
        || (exception is InvalidOperationException && exception.Message.StartsWith("Reading is already in progress", StringComparison.Ordinal));

    /// <summary>What a caller was refused for: the code of the answer, or the name of the fault. Null: the event is about something else.</summary>
    public static string? KindOf(LogEvent logEvent)
    {
        if (logEvent.Exception is { } exception && Is(exception))
            return exception.GetType().Name;
        return Text(logEvent, "EventId", "Name") == Refused && logEvent.Properties.GetValueOrDefault("Code") is ScalarValue { Value: string code } ? code : null;
    }

    private static string? Text(LogEvent logEvent, string property, string member) =>
        logEvent.Properties.GetValueOrDefault(property) is StructureValue structure
        && structure.Properties.FirstOrDefault(each => each.Name == member)?.Value is ScalarValue { Value: string text } ? text : null;
}
