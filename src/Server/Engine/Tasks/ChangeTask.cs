using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Tasks;

/// <summary>Applies one rule to one task.</summary>
internal sealed class ChangeTask(Database database, SaveTasks save)
{
    /// <exception cref="EngineException">TASK_NOT_FOUND, or what the rule throws.</exception>
    public Task<TaskRecord> Execute(Guid id, Action<LockedTask> rule, CancellationToken cancellationToken) =>
        database.InTransaction(
            async (transaction, token) =>
            {
                var changes = await TaskChanges.Lock(transaction, [id], [], token);
                rule(changes.Find(id) ?? throw GetTask.NotFound());
                await save.Execute(transaction, changes, token);
                await transaction.Flush(token);
                return (await TaskStore.Get(transaction.Connection, id, token))!;
            },
            cancellationToken);
}
