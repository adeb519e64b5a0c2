using Koda.Client.Calls;

namespace Koda.Client.Tasks;

// Steering is never repeated by itself: when an answer is lost, the task may have moved on since, and the caller must look.
public sealed partial class TaskClient
{
    /// <summary>Cancels a task. A queued task ends at once; a running one when its worker has stopped, or lost its lease.</summary>
    /// <param name="taskId">The task.</param>
    /// <param name="reason">Why, for the log.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public Task<Runtime.Task> CancelAsync(string taskId, string reason = "", CancellationToken cancellationToken = default) =>
        _calls.Run(o => _service.CancelTaskAsync(new() { TaskId = taskId, Reason = reason }, o), Repeat.Never, cancellationToken);

    /// <summary>Pauses a task until it is resumed. A running one stops after its current step.</summary>
    public Task<Runtime.Task> PauseAsync(string taskId, CancellationToken cancellationToken = default) =>
        _calls.Run(o => _service.PauseTaskAsync(new() { TaskId = taskId }, o), Repeat.Never, cancellationToken);

    /// <summary>Queues a paused task again. It goes on after its last recorded step.</summary>
    public Task<Runtime.Task> ResumeAsync(string taskId, CancellationToken cancellationToken = default) =>
        _calls.Run(o => _service.ResumeTaskAsync(new() { TaskId = taskId }, o), Repeat.Never, cancellationToken);

    /// <summary>Queues a failed or cancelled task again. It goes on after its last recorded step.</summary>
    public Task<Runtime.Task> RetryAsync(string taskId, CancellationToken cancellationToken = default) =>
        _calls.Run(o => _service.RetryTaskAsync(new() { TaskId = taskId }, o), Repeat.Never, cancellationToken);
}
