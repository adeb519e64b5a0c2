namespace Koda.Server.Engine.Tasks;

internal sealed class CancelTask(ChangeTask change)
{
    /// <summary>Ends a task: at once, or when its attempt has stopped or lost its lease. Cancelling a cancelled task is fine.</summary>
    /// <exception cref="EngineException">TASK_NOT_FOUND, TASK_STATE_CONFLICT.</exception>
    public Task<TaskRecord> Execute(Guid id, string reason, string principal, CancellationToken cancellationToken) =>
        change.Execute(id, task => task.Cancel(principal, reason), cancellationToken);
}
