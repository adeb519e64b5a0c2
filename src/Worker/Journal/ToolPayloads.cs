using System.Text.Json.Nodes;
using Koda.Worker.Tools;

namespace Koda.Worker.Journal;

/// <summary>A tool call begins.</summary>
internal sealed record ToolStarted(int Step, string CallId, string Tool, JsonNode Arguments, bool ReadOnly) : IJournalPayload
{
    public static string Kind => "tool.started";
}

/// <summary>Streamed output of a tool.</summary>
internal sealed record ToolOutput(int Step, string CallId, string Tool, string Stream, string Text) : IJournalPayload
{
    public static string Kind => "tool.output";
}

/// <summary>A tool call ended.</summary>
/// <param name="Step">The model call that asked for it.</param>
/// <param name="CallId">The call.</param>
/// <param name="Tool">The tool.</param>
/// <param name="Status">One of <see cref="ToolStatus"/>.</param>
/// <param name="Result">What the model is told.</param>
/// <param name="Truncated">Whether the result leaves something out.</param>
/// <param name="DurationMs">How long the call took.</param>
/// <param name="Diff">What it changed, as a unified diff.</param>
/// <param name="Path">The file it read or changed, relative to the workspace.</param>
/// <param name="FileDigest">The SHA-256 of that file as the task knows it now: what a later write is checked against.</param>
/// <param name="ApprovalId">The approval that allowed or denied it.</param>
/// <param name="Artifacts">Artifacts that hold what is left out.</param>
/// <param name="Files">The files that it changed, where they are several, each as <paramref name="Path"/> and
/// <paramref name="FileDigest"/>.</param>
/// <param name="Images">The images that the model is shown with the result. The worker keeps their bytes.</param>
internal sealed record ToolFinished(
    int Step, string CallId, string Tool, string Status, string Result, bool Truncated, long DurationMs, string? Diff = null,
    string? Path = null, string? FileDigest = null, string? ApprovalId = null, IReadOnlyList<string>? Artifacts = null,
    IReadOnlyList<FileState>? Files = null, IReadOnlyList<ImageState>? Images = null) : IJournalPayload
{
    public static string Kind => "tool.finished";
}

/// <summary>The list of what is to be done is another one now.</summary>
internal sealed record TodoChanged(IReadOnlyList<TodoItem> Items) : IJournalPayload
{
    public static string Kind => "todo.changed";
}

/// <summary>A command begins to run in the background.</summary>
/// <param name="CallId">The call that started it.</param>
/// <param name="Id">What the agent calls it.</param>
/// <param name="Command">The command line.</param>
internal sealed record BackgroundStarted(string CallId, string Id, string Command) : IJournalPayload
{
    public static string Kind => "background.started";
}

/// <summary>A command in the background ended.</summary>
/// <param name="CallId">The call that started it.</param>
/// <param name="Id">What the agent calls it.</param>
/// <param name="State">How: by its exit code, or killed.</param>
/// <param name="Reason">Why it was killed, when the agent did not ask for it.</param>
internal sealed record BackgroundEnded(string CallId, string Id, string State, string? Reason = null) : IJournalPayload
{
    public const string TurnOver = "turn_over";
    public const string Idle = "idle";
    public const string WorkerGone = "worker_gone";

    public static string Kind => "background.ended";
}

/// <summary>How tool calls end.</summary>
internal static class ToolStatus
{
    public const string Ok = "ok";
    public const string Error = "error";
    public const string Denied = "denied";
    public const string Interrupted = "interrupted";
}
