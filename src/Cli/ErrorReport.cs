using System.CommandLine.Parsing;
using System.Text.Json;
using Koda.Cli.Terminal;
using Koda.Client;
using Koda.Protos.Common.V1;

namespace Koda.Cli;

/// <summary>Says why a command failed, in words or as JSON, and gives the exit code.</summary>
internal static class ErrorReport
{
    private static readonly JsonSerializerOptions s_options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <param name="terminal">Where it is said.</param>
    /// <param name="json">Whether as JSON.</param>
    /// <param name="error">What failed.</param>
    /// <param name="command">The command that was typed. Null: none was.</param>
    /// <param name="verbose">Whether the machine code and the request's id are said too, by which the server's log names it.</param>
    public static int Write(CliTerminal terminal, bool json, Exception error, CommandResult? command = null, bool verbose = false)
    {
        if (error is OperationCanceledException)
            return ExitCode.Interrupted;
        var (report, exitCode) = error switch
        {
            KodaException e => (Of(e, new CommandWords(command)), CodeOf(e)),
            CliException e => (new Report(e.Code, e.Message, e.Hint), e.ExitCode),
            IOException or UnauthorizedAccessException => (new Report("cli.io", error.Message), ExitCode.Failed),
            _ => throw new ArgumentException("Not an error that is reported.", nameof(error)),
        };
        if (json)
            terminal.Error.WriteLine(JsonSerializer.Serialize(new { Error = report }, s_options));
        else
            WriteWords(terminal, report, verbose || terminal.Environment("KODA_VERBOSE") is { Length: > 0 } and not "0");
        return exitCode;
    }

    private static Report Of(KodaException e, CommandWords words) => new(e.Code, words.Message(e), words.Hint(e), e.RequestId)
    {
        Fields = e.Fields.Count > 0 ? e.Fields : null,
        Details = e.Details.Count > 0 ? e.Details : null,
    };

    private static void WriteWords(CliTerminal terminal, Report report, bool verbose)
    {
        terminal.Error.WriteLine(terminal.PaintError($"error: {Printable.Text(report.Message)}", Tone.Bad));
        if (report.Hint is { } hint)
            terminal.Error.WriteLine($"  {hint}");
        if (!verbose)
            return;
        var id = report.RequestId is { } request ? $", request {request}" : "";
        terminal.Error.WriteLine(terminal.PaintError($"  {report.Code}{id}", Tone.Faint));
    }

    private static int CodeOf(KodaException e) => e switch
    {
        { Unreachable: true } => ExitCode.Unreachable,
        { Status: Grpc.Core.StatusCode.Unauthenticated or Grpc.Core.StatusCode.PermissionDenied } => ExitCode.Refused,
        { Reason: ErrorReason.TaskCancelled } => ExitCode.Cancelled,
        { Status: Grpc.Core.StatusCode.InvalidArgument } => ExitCode.Usage,
        _ => ExitCode.Failed,
    };

    private sealed record Report(string Code, string Message, string? Hint = null, string? RequestId = null)
    {
        public IReadOnlyList<FieldFault>? Fields { get; init; }

        public IReadOnlyDictionary<string, string>? Details { get; init; }
    }
}
