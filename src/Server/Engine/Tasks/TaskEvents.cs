using System.Text.Json;
using Koda.Server.Engine.Approvals;
using Koda.Server.Engine.Attempts;
using Koda.Server.Engine.Events;

namespace Koda.Server.Engine.Tasks;

/// <summary>The engine's own events, in the words of docs/event-log.md.</summary>
internal static class TaskEvents
{
    public const string System = "system";

    public static string Principal(string id) => $"principal:{id}";

    public static string Worker(string id) => $"worker:{id}";

    public static NewEvent Queued(LockedTask task, string actor, string reason) =>
        Queued(task.Id, task.RunId, task.AgentId, task.AgentVersion, task.Priority, actor, reason, query: null);

    public static NewEvent Queued(
        Guid taskId,
        Guid runId,
        string agentId,
        int agentVersion,
        int priority,
        string actor,
        string reason,
        string? query) =>
        New(
            "task.queued",
            actor,
            runId,
            0,
            new { TaskId = taskId, AgentId = agentId, AgentVersion = agentVersion, Query = query, Priority = priority, Reason = reason });

    public static NewEvent Started(Guid runId, int attempt, string workerId) =>
        New("task.started", System, runId, attempt, new { Attempt = attempt, WorkerId = workerId });

    public static NewEvent Paused(LockedTask task, string actor) =>
        New("task.paused", actor, task.RunId, task.Attempt, new { Reason = "operator" });

    public static NewEvent Waiting(LockedTask task, Guid approvalId) =>
        New("task.waiting", System, task.RunId, task.Attempt, new { Reason = "approval", ApprovalId = approvalId });

    public static NewEvent WaitingForSubagents(LockedTask task) =>
        New("task.waiting", System, task.RunId, task.Attempt, new { Reason = "subagents" });

    public static NewEvent Retrying(LockedTask task, TaskFault error, TimeSpan delay) =>
        New(
            "task.retrying",
            System,
            task.RunId,
            task.Attempt,
            new { task.Attempt, Error = error, DelayMs = (long)delay.TotalMilliseconds });

    public static NewEvent Completed(LockedTask task, string output) =>
        New("task.completed", System, task.RunId, task.Attempt, new { Output = output });

    public static NewEvent Failed(LockedTask task, TaskFault error) =>
        New("task.failed", System, task.RunId, task.Attempt, new { Error = error, DeadLetter = true });

    public static NewEvent Cancelled(LockedTask task, string actor, string reason) =>
        New("task.cancelled", actor, task.RunId, task.Attempt, new { Reason = reason });

    public static NewEvent AttemptLost(LockedTask task, LockedAttempt attempt, string reason) =>
        New("attempt.lost", System, task.RunId, attempt.Number, new { Attempt = attempt.Number, attempt.WorkerId, Reason = reason });

    public static NewEvent ReportRefused(LockedTask task, AttemptReport report, int attempt, string workerId) =>
        New("security.report_refused", System, task.RunId, attempt, new { Attempt = attempt, WorkerId = workerId, Report = report.Name });

    public static NewEvent ApprovalRequested(LockedTask task, Guid approvalId, RequestedApproval asked, DateTime expiresAt)
    {
        using var arguments = JsonDocument.Parse(asked.Arguments);
        return New("approval.requested", System, task.RunId, task.Attempt, new
        {
            ApprovalId = approvalId,
            asked.CallId,
            asked.Tool,
            Arguments = arguments.RootElement,
            Preview = asked.Preview.Length == 0 ? null : asked.Preview,
            asked.Risk,
            asked.Digest,
            ExpiresAt = expiresAt,
            Purpose = asked.Purpose == ApprovalPurpose.Question ? "question" : null,
            Options = asked.Options.Count > 0 ? asked.Options : null,
            Multiple = asked.Multiple ? true : (bool?)null,
            AlwaysPattern = asked.AlwaysPattern.Length > 0 ? asked.AlwaysPattern : null,
        });
    }

    public static NewEvent ApprovalAnswered(LockedTask task, ApprovalRecord approval, string by) =>
        New("approval.answered", Principal(by), task.RunId, task.Attempt, new
        {
            ApprovalId = approval.Id,
            approval.CallId,
            Decision = EnumText<ApprovalState>.Of(approval.State),
            By = by,
            Scope = EnumText<ApprovalScope>.Of(approval.Scope),
            Rationale = approval.Rationale.Length == 0 ? null : approval.Rationale,
            Response = approval.Response.Length == 0 ? null : approval.Response,
        });

    public static NewEvent ApprovalExpired(LockedTask task, Guid approvalId, string callId) =>
        New("approval.expired", System, task.RunId, task.Attempt, new { ApprovalId = approvalId, CallId = callId });

    private static NewEvent New<T>(string kind, string actor, Guid runId, int attempt, T payload) =>
        new(kind, actor, runId, attempt, EngineJson.Write(payload));
}
