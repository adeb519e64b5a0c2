using Microsoft.Extensions.Logging;
using Npgsql;

namespace Koda.Server.Infrastructure.Postgres;

/// <summary>Holds this server's one listening connection, and opens it again when it breaks.</summary>
internal sealed class BroadcastListener(
    Database database, string serverId, Action<string?, string?> deliver, ILogger log, TimeProvider clock)
{
    private const int KeepAliveSeconds = 30;
    private static readonly TimeSpan ReconnectPause = TimeSpan.FromMilliseconds(250);

    public async Task Run(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await Listen(stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure) when (DatabaseFailures.IsDriverError(failure))
            {
                PostgresLog.ListenerDisconnected(log, failure);
                await Task.Delay(ReconnectPause, clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private const string ListenSql = $"listen {BroadcastMessage.Channel}";

    private async Task Listen(CancellationToken stopping)
    {
        // Without keep-alive, a connection that a firewall dropped would be silent for ever.
        var settings = new NpgsqlConnectionStringBuilder(database.Options.ConnectionString) { Pooling = false, KeepAlive = KeepAliveSeconds };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync(stopping);
        connection.Notification += (_, message) =>
        {
            foreach (var (topic, name) in BroadcastMessage.Read(message.Payload, serverId))
                deliver(topic, name);
        };
        await using (var command = new NpgsqlCommand(ListenSql, connection))
            await command.ExecuteNonQueryAsync(stopping);
        // Whatever was announced while nobody listened.
        deliver(null, null);
        while (true)
            await connection.WaitAsync(stopping);
    }
}
