namespace Koda.Server.Engine.Tasks;

internal sealed class RetryTask(ChangeTask change)
{
    /// <summary>Queues a failed or cancelled task; it goes on after its last recorded step, its attempts counted anew.</summary>
    /// <exception cref="EngineException">TASK_NOT_FOUND, TASK_STATE_CONFLICT.</exception>
    public Task<TaskRecord> Execute(Guid id, string principal, CancellationToken cancellationToken) =>
        change.Execute(id, task => task.Retry(principal), cancellationToken);
}
