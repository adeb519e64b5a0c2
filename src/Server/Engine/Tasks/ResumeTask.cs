namespace Koda.Server.Engine.Tasks;

internal sealed class ResumeTask(ChangeTask change)
{
    /// <summary>Queues a paused task, ahead of newer ones, or takes back a pause that has not happened yet.</summary>
    /// <exception cref="EngineException">TASK_NOT_FOUND, TASK_STATE_CONFLICT.</exception>
    public Task<TaskRecord> Execute(Guid id, string principal, CancellationToken cancellationToken) =>
        change.Execute(id, task => task.Resume(principal), cancellationToken);
}
