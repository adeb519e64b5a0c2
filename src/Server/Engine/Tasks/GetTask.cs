using Koda.Protos.Common.V1;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Tasks;

internal sealed class GetTask(Database database)
{
    /// <exception cref="EngineException">TASK_NOT_FOUND.</exception>
    public Task<TaskRecord> Execute(Guid id, CancellationToken cancellationToken) =>
        database.Read(async (connection, token) => await TaskStore.Get(connection, id, token) ?? throw NotFound(), cancellationToken);

    public static EngineException NotFound() => new(ErrorReason.TaskNotFound, "No task has this id.");
}
