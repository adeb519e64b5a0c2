using Koda.Server.Engine.Dispatch;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Workers;

/// <summary>Keeps what a worker tells of its servers of tools.</summary>
internal sealed class TellMcp(Database database, McpNews news)
{
    public async Task Execute(WorkerConnection connection, WorkerMcp told, CancellationToken cancellationToken)
    {
        await database.Read((database, token) => WorkerStore.TellMcp(database, connection.Id, told, token), cancellationToken);
        news.Tell();
    }
}
