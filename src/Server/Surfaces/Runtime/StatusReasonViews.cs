using System.Globalization;
using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Tasks;
using Wire = Koda.Protos.Runtime.V1;

namespace Koda.Server.Surfaces.Runtime;

/// <summary>Says why a task stands where it does, when its status alone does not.</summary>
internal static class StatusReasonViews
{
    public static Wire.StatusReason? From(TaskRecord task) => task switch
    {
        { State: TaskState.Queued, QueueReason: QueueReason.AgentConcurrencyLimit } =>
            Reason("agent.concurrency_limit", $"As many tasks of agent {task.AgentId} run as may; this one waits for its turn."),
        { State: TaskState.Queued, QueueReason: QueueReason.AgentPaused } =>
            Reason("agent.paused", $"Agent {task.AgentId} is paused or archived; the task waits until it is activated."),
        { State: TaskState.Queued, QueueReason: QueueReason.ProviderCooldown, CooldownUntil: { } until } => Reason(
            "provider.cooldown",
            $"Provider connection {task.Connection} asked for a pause; the task goes on after {until.UtcDateTime.ToString("u", CultureInfo.InvariantCulture)}."),
        { State: TaskState.Queued, QueueReason: QueueReason.ProviderConcurrencyLimit } =>
            Reason("provider.concurrency_limit", $"As many tasks use provider connection {task.Connection} as may; this one waits for its turn."),
        { State: TaskState.Queued, QueueReason: QueueReason.NoWorkerAvailable } =>
            Reason("worker.none_available", $"No connected worker{Route(task.Route)} has a free slot for this task."),
        { State: TaskState.Retrying, AvailableAt: { } at } =>
            Reason("task.retry_at", $"The last attempt failed; the next one begins at {at.UtcDateTime.ToString("u", CultureInfo.InvariantCulture)}."),
        { State: TaskState.Waiting } => Reason("approval.pending", "The task waits for an approval."),
        { State: TaskState.Paused } => Reason("task.paused", "The task was paused; resume it to go on."),
        { State: TaskState.Running, StopRequested: RequestedStop.Cancel } => Reason("task.cancel_requested", "The task stops after its current step."),
        { State: TaskState.Running, StopRequested: RequestedStop.Requeue } =>
            Reason("agent.pause_requested", $"Agent {task.AgentId} was paused; the task is queued again after its current step."),
        { State: TaskState.Running, StopRequested: RequestedStop.Pause } => Reason("task.pause_requested", "The task pauses after its current step."),
        _ => null,
    };

    // An id of a worker may hold colons of its own.
    private static string Route(string needs) =>
        needs.Length == 0
            ? ""
            : $" with {string.Join(", ", needs.Split(WorkerRoute.Separator).Select(need => string.Join(' ', need.Split(':', 2))))}";

    private static Wire.StatusReason Reason(string code, string message) => new() { Code = code, Message = message };
}
