using Koda.Cli.Lists;
using Koda.Cli.Terminal;

namespace Koda.Cli.Tasks;

/// <summary>A task in words.</summary>
internal static class TaskView
{
    public const string CancelledCode = "task.cancelled";

    public static bool IsCancelled(Runtime.Task task) => task.Error?.Code == CancelledCode;

    public static string Status(Runtime.Task task) =>
        IsCancelled(task) ? "cancelled" : task.Status.ToString().ToLowerInvariant();

    public static Tone ToneOf(Runtime.Task task) => task switch
    {
        { Status: Runtime.TaskStatus.Completed } => Tone.Good,
        { Status: Runtime.TaskStatus.Failed } => IsCancelled(task) ? Tone.Notice : Tone.Bad,
        { HasApprovalId: true } or { Status: Runtime.TaskStatus.Retrying or Runtime.TaskStatus.Paused } => Tone.Notice,
        _ => Tone.Plain,
    };

    /// <summary>The status and, where there is one, its reason: what was asked of a running task shows there only.</summary>
    public static string StatusInWords(Runtime.Task task) =>
        Status(task) + (task.StatusReason is { Message.Length: > 0 } reason ? $": {reason.Message}" : "");

    public static int ExitCodeOf(Runtime.Task task) => task.Status switch
    {
        Runtime.TaskStatus.Completed => ExitCode.Ok,
        _ when IsCancelled(task) => ExitCode.Cancelled,
        _ => ExitCode.Failed,
    };

    /// <summary>How the task ended, how long it took and what it cost, on one line.</summary>
    public static string Summary(Runtime.Task task)
    {
        var usage = task.Usage ?? new();
        var parts = new List<string> { Status(task) };
        if (task.FinishedAt is not null && task.CreatedAt is not null)
            parts[0] += " in " + Units.Duration(task.FinishedAt.ToDateTimeOffset() - task.CreatedAt.ToDateTimeOffset());
        if (usage.ModelCalls > 0)
            parts.Add(Units.Count(usage.ModelCalls, "model call"));
        parts.Add(Units.Count(usage.ToolCalls, "tool call"));
        if (usage.ModelCalls > 0)
        {
            parts.Add(Units.Count(usage.InputTokens + usage.OutputTokens, "token"));
            parts.Add(usage.UnpricedCalls > 0 ? $"cost {Units.Cost(usage.CostUsd, usage.UnpricedCalls)}" : Units.Cost(usage.CostUsd));
        }
        return string.Join(" · ", parts);
    }

    public static string Detail(CliTerminal terminal, Runtime.Task task) => new FactSheet(terminal)
        .Add("task", task.Id)
        .Add("status", StatusInWords(task))
        .Add("agent", $"{task.AgentId} (version {task.AgentVersion})")
        .Add("query", task.Query)
        .Add("workspace", task.Context?.Workspace)
        .Add("metadata", task.Metadata is "" or "{}" ? null : task.Metadata)
        .Add("attempt", $"{task.Attempt} of at most {task.MaxAttempts}")
        .Add("progress", task.Progress)
        .Add("approval", task.HasApprovalId ? $"{task.ApprovalId}  ({terminal.Program} approve {task.ApprovalId})" : null)
        .Add("created", Units.Moment(task.CreatedAt))
        .Add("started", task.StartedAt is null ? null : Units.Moment(task.StartedAt))
        .Add("finished", task.FinishedAt is null ? null : Units.Moment(task.FinishedAt))
        .Add("used", Summary(task))
        .Add("error", task.Error is { } error ? $"{error.Code}: {error.Message}" : null)
        .With(task.HasOutput ? task.Output : null);
}
