using System.Text.Json.Nodes;
using Grpc.Core;
using Koda.Worker.Context;
using Koda.Worker.Journal;
using Koda.Worker.Tools;

namespace Koda.Worker.Loop;

/// <summary>Runs one call and records its beginning, its output and its end.</summary>
/// <param name="context">What calls work with.</param>
/// <param name="recorder">Where they are recorded.</param>
/// <param name="redactor">What is taken out of results.</param>
/// <param name="upload">Stores a text that is too long for an event and gives the artifact's id.</param>
/// <param name="progress">Says what runs, for people.</param>
/// <param name="images">Keeps images of results.</param>
internal sealed class ToolRunner(
    ToolContext context, Recorder recorder, Redactor redactor, Func<string, string, CancellationToken, Task<string>> upload,
    Action<string> progress, KeptImages images)
{
    private const int MaxDiffLength = 64 * 1024;

    public async Task Run(int step, PreparedCall call, CancellationToken cancellationToken)
    {
        if (call.Fate == CallFate.Interrupted)
        {
            recorder.Record(Finished(step, call, ToolStatus.Interrupted, call.Reason, 0));
            return;
        }
        progress($"running {call.Call.Tool}, step {step}");
        if (call is { Fate: CallFate.Run, ReadOnly: false })
            await context.BeforeChange(call.Touched, cancellationToken);
        if (!call.Begun || call.ReadOnly)
            Begin(step, call);
        if (call.Fate != CallFate.Run)
        {
            Refuse(call.Call.Tool, call.RefusedPath);
            recorder.Record(Finished(step, call, call.Fate == CallFate.Denied ? ToolStatus.Denied : ToolStatus.Error, call.Reason, 0));
            return;
        }
        // What may change something must not run without trace: were it begun and lost, the next attempt would do it twice.
        if (!call.ReadOnly)
            await recorder.Committed(cancellationToken);
        var started = context.Time.GetTimestamp();
        var result = call.Answer ?? await WorkerTelemetry.RunTool(
            call.Call.Tool, call.Call.CallId, context.Time, () => Run(step, call, call.Bound!, cancellationToken));
        var (text, truncated, artifacts) = await Shorten(call, result, cancellationToken);
        var (shown, lost) = Keep(result.Images);
        var status = result.IsError ? ToolStatus.Error : ToolStatus.Ok;
        recorder.Record(Finished(step, call, status, text + lost, (long)context.Time.GetElapsedTime(started).TotalMilliseconds) with
        {
            Truncated = truncated,
            Diff = result.Diff is null ? null : Shortened.HeadAndTail(redactor.Redact(result.Diff), MaxDiffLength).Text,
            Path = result.Path,
            FileDigest = result.FileDigest,
            Artifacts = artifacts,
            Files = result.Files,
            Images = shown,
        });
        if (result.Todo is { } items)
            recorder.Record(new TodoChanged(items));
    }

    /// <summary>Records that the call begins.</summary>
    public void Begin(int step, PreparedCall call) =>
        recorder.Record(new ToolStarted(step, call.Call.CallId, call.Call.Tool, Arguments(call), call.ReadOnly));

    private async Task<ToolResult> Run(int step, PreparedCall call, IToolCall bound, CancellationToken cancellationToken)
    {
        var clean = new StreamRedactor(redactor, (stream, text) =>
            recorder.Report(new ToolOutput(step, call.Call.CallId, call.Call.Tool, stream, text)));
        try
        {
            using var output = new CoalescedText(context.Time, clean.Add);
            return await bound.Run(
                (context with { Output = output.Add, Origin = new CallOrigin(step, call.Call.CallId, call.Call.Tool) }).Reaching(
                    call.Reach),
                cancellationToken);
        }
        catch (ToolException error)
        {
            Refuse(call.Call.Tool, (error as PathRefusedException)?.Path);
            return new ToolResult(error.Message) { IsError = true };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or TimeoutException)
        {
            return new ToolResult($"{call.Call.Tool} failed: {error.Message}") { IsError = true };
        }
        finally
        {
            clean.End();
        }
    }

    private async Task<(string Text, bool Truncated, IReadOnlyList<string>? Artifacts)> Shorten(
        PreparedCall call, ToolResult result, CancellationToken cancellationToken)
    {
        var whole = redactor.Redact(result.Text);
        var (text, cut) = Shortened.HeadAndTail(whole);
        if (!cut)
            return (text, result.Truncated, null);
        try
        {
            return (text, true, [await upload($"{call.Call.Tool}-{call.Call.CallId}.txt", whole, cancellationToken)]);
        }
        catch (RpcException error)
        {
            return ($"{text}\n(The whole text could not be stored: {error.Status.Detail})", true, null);
        }
    }

    private (IReadOnlyList<ImageState>? Shown, string Lost) Keep(IReadOnlyList<ToolImage> given)
    {
        if (given.Count == 0)
            return (null, "");
        try
        {
            return ([.. given.Select(image => new ImageState(image.MimeType, images.Keep(image.Bytes)))], "");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return (null, $"\n(No image is shown, since none could be stored: {error.Message})");
        }
    }

    private void Refuse(string tool, string? path)
    {
        if (path is not null)
            recorder.Report(new PathRefused(tool, path));
    }

    private static ToolFinished Finished(int step, PreparedCall call, string status, string result, long durationMs) =>
        new(step, call.Call.CallId, call.Call.Tool, status, result, Truncated: false, durationMs, ApprovalId: call.ApprovalId);

    private static JsonNode Arguments(PreparedCall call) =>
        call.Call.ArgumentsError is null ? JsonNode.Parse(call.Call.Arguments)! : JsonValue.Create(call.Call.Arguments);
}
