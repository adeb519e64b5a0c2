namespace Koda.Server.Engine.Tasks;

internal sealed class PauseTask(ChangeTask change)
{
    /// <summary>
    /// Makes a task stand still: at once, or when its attempt has stopped or its question is answered. Pausing a paused task is fine.
    /// </summary>
    /// <exception cref="EngineException">TASK_NOT_FOUND, TASK_STATE_CONFLICT.</exception>
    public Task<TaskRecord> Execute(Guid id, string principal, CancellationToken cancellationToken) =>
        change.Execute(id, task => task.Pause(principal), cancellationToken);
}
