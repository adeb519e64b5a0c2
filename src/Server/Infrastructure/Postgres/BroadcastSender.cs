using Koda.Server.Engine;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Koda.Server.Infrastructure.Postgres;

/// <summary>
/// Sends what the outbox holds, at most one notification in ten milliseconds: each takes a lock over the whole database at its commit.
/// </summary>
internal sealed class BroadcastSender(Database database, string serverId, BroadcastOutbox outbox, ILogger log, TimeProvider clock)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(10);

    public async Task Run(CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                await outbox.WaitUntilFilled(stopping);
                await Send(outbox.Take(), stopping);
                await Task.Delay(s_pause, clock, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
    }

    private const string NotifySql = "select pg_notify($1, $2)";

    private async Task Send(IReadOnlyDictionary<string, HashSet<string>?> changes, CancellationToken stopping)
    {
        try
        {
            await database.Read(
                async (connection, token) =>
                {
                    await using var command = new NpgsqlCommand(NotifySql, connection);
                    command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = BroadcastMessage.Channel });
                    command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = BroadcastMessage.Write(serverId, changes) });
                    return await command.ExecuteNonQueryAsync(token);
                },
                stopping);
        }
        catch (EngineException failure)
        {
            // The listeners have lost their connections too, and read everything anew when they are back.
            PostgresLog.BroadcastNotSent(log, failure);
        }
    }
}
