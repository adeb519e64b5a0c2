using System.Collections.Frozen;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Serilog.Events;

namespace Koda.Cli.Logging;

/// <summary>Tells what a caller did from what this program did.</summary>
internal static class CallerFaults
{
    private const string Refused = "Refused";

    // ASP.NET's gRPC tells so of bytes that are no message; what a handler throws never comes there.
    private static readonly FrozenSet<string> s_unreadable = ["ErrorReadingMessage", "ErrorExecutingServiceMethod"];

    /// <summary>Whether an exception comes from how a caller behaved: it sent nonsense, or went away.</summary>
    public static bool Is(Exception exception) =>
        exception is BadHttpRequestException or ConnectionResetException or ConnectionAbortedException or OperationCanceledException
        || (
            exception is InvalidOperationException
            && exception.Message.StartsWith("Reading is already in progress", StringComparison.Ordinal));

    /// <summary>
    /// What a caller was refused for: the code of the answer, or the name of the fault. Null: the event is about something else.
    /// </summary>
    public static string? KindOf(LogEvent logEvent)
    {
        if (logEvent.Exception is { } exception && Is(exception))
            return exception.GetType().Name;
        var name = Text(logEvent, "EventId", "Name");
        if (name is not null && s_unreadable.Contains(name))
            return name;
        return name == Refused && logEvent.Properties.GetValueOrDefault("Code") is ScalarValue { Value: string code } ? code : null;
    }

    private static string? Text(LogEvent logEvent, string property, string member) =>
        logEvent.Properties.GetValueOrDefault(property) is StructureValue structure
        && structure.Properties.FirstOrDefault(each => each.Name == member)?.Value is ScalarValue { Value: string text } ? text : null;
}
