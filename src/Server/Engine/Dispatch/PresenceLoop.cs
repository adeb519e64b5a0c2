using Koda.Server.Engine.Workers;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Dispatch;

/// <summary>Says now and then, for people, that the workers of this server are connected still.</summary>
internal sealed class PresenceLoop(Database database, ConnectionHost host, TimeProvider clock)
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(10);

    public async Task Run(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(s_every, clock, cancellationToken);
            var connections = host.Connections.Select(connection => connection.Id).ToArray();
            if (connections.Length > 0)
                await database.Read((database, token) => WorkerStore.Confirm(database, connections, token), cancellationToken);
        }
    }
}
