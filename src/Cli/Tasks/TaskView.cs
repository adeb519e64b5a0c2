using System.Text;
using Koda.Cli.Terminal;

namespace Koda.Cli.Tasks;

/// <summary>A task in words.</summary>
internal static class TaskView
{
    public const string CancelledCode = "task.cancelled";

    public static bool IsCancelled(Runtime.Task task) => task.Error?.Code == CancelledCode;

    public static string Status(Runtime.Task task) =>
        IsCancelled(task) ? "cancelled" : task.Status.ToString().ToLowerInvariant();

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
        parts.Add(Units.Count(usage.ModelCalls, "model call"));
        parts.Add(Units.Count(usage.ToolCalls, "tool call"));
        parts.Add(Units.Count(usage.InputTokens + usage.OutputTokens, "token"));
        parts.Add(Units.Cost(usage.CostUsd));
        return string.Join(" · ", parts);
    }

    public static string Detail(CliTerminal terminal, Runtime.Task task)
    {
        var text = new StringBuilder();
        void Row(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value)) text.AppendLine(terminal.Paint($"{name,-10}", Tone.Faint) + Printable.Text(value));
        }
        Row("task", task.Id);
        Row("status", StatusInWords(task));
        Row("agent", $"{task.AgentId} (version {task.AgentVersion})");
        Row("query", task.Query);
        Row("workspace", task.Context?.Workspace);
        Row("metadata", task.Metadata is "" or "{}" ? null : task.Metadata);
        Row("attempt", $"{task.Attempt} of at most {task.MaxAttempts}");
        Row("progress", task.Progress);
        Row("approval", task.HasApprovalId ? $"{task.ApprovalId}  (koda approve {task.ApprovalId})" : null);
        Row("created", Units.Moment(task.CreatedAt));
        Row("started", task.StartedAt is null ? null : Units.Moment(task.StartedAt));
        Row("finished", task.FinishedAt is null ? null : Units.Moment(task.FinishedAt));
        Row("used", Summary(task));
        Row("error", task.Error is { } error ? $"{error.Code}: {error.Message}" : null);
        if (task.HasOutput) text.AppendLine().Append(Printable.Text(task.Output));
        return text.ToString().TrimEnd();
    }
}
