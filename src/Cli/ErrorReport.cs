using System.Text.Json;
using Koda.Cli.Terminal;
using Koda.Client;
using Koda.Protos.Common.V1;

namespace Koda.Cli;

/// <summary>Says why a command failed, in words or as JSON, and gives the exit code.</summary>
internal static class ErrorReport
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static int Write(CliTerminal terminal, bool json, Exception error)
    {
        if (error is OperationCanceledException) return ExitCode.Interrupted;
        var (report, exitCode) = error switch
        {
            KodaException e => (Of(e), CodeOf(e)),
            CliException e => (new Report(e.Code, e.Message, e.Hint), e.ExitCode),
            _ => throw new ArgumentException("Not an error that is reported.", nameof(error)),
        };
        if (json) terminal.Error.WriteLine(JsonSerializer.Serialize(new { Error = report }, Options));
        else WriteWords(terminal, report);
        return exitCode;
    }

    private static Report Of(KodaException e) => e.Unreachable
        ? new Report(e.Code, e.Message, e.Hint ?? "Start one with: koda up   (or point KODA_URL at one that runs)")
        : new Report(e.Code, e.Message, e.Hint, e.RequestId)
        {
            Fields = e.Fields.Count > 0 ? e.Fields : null,
            Details = e.Details.Count > 0 ? e.Details : null,
        };

    private static void WriteWords(CliTerminal terminal, Report report)
    {
        terminal.Error.WriteLine(terminal.PaintError($"error: {report.Message}", Tone.Bad));
        foreach (var field in report.Fields ?? []) terminal.Error.WriteLine($"  {field.Field}: {field.Message}");
        if (report.Hint is { } hint) terminal.Error.WriteLine($"  {hint}");
        if (report.RequestId is { } id) terminal.Error.WriteLine(terminal.PaintError($"  {report.Code}, request {id}", Tone.Faint));
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
