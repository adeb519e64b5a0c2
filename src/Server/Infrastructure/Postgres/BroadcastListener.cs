using Microsoft.Extensions.Logging;
using Npgsql;

namespace Koda.Server.Infrastructure.Postgres;

/// <summary>Holds this server's one listening connection, and opens it again when it breaks.</summary>
internal sealed class BroadcastListener(
    Database database, string serverId, Action<string?, string?> deliver, ILogger log, TimeProvider clock)
{
    private static readonly TimeSpan s_reconnectPause = TimeSpan.FromMilliseconds(250);

    public async Task Run(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                using var silent = new CancellationTokenSource();
                using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, silent.Token);
                await ListenUntil(silent, either.Token);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (OperationCanceledException)
            {
                // Other connections fell silent, and this one says nothing anyway: a new one tells.
            }
            catch (Exception failure) when (DatabaseFailures.IsDriverError(failure))
            {
                PostgresLog.ListenerDisconnected(log, failure);
                await Task.Delay(s_reconnectPause, clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ListenUntil(CancellationTokenSource silent, CancellationToken over)
    {
        var gate = new Lock();
        var isOver = false;
        database.FellSilent += End;
        try
        {
            await Listen(over);
        }
        finally
        {
            database.FellSilent -= End;
            lock (gate)
                isOver = true;
        }

        void End()
        {
            lock (gate)
            {
                if (!isOver)
                    _ = silent.CancelAsync();
            }
        }
    }

    private const string ListenSql = $"listen {BroadcastMessage.Channel}";

    private async Task Listen(CancellationToken stopping)
    {
        await using var connection = new NpgsqlConnection(ConnectionSettings.Listening(database.Options));
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
