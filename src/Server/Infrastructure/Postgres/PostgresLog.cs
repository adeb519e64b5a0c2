using Microsoft.Extensions.Logging;

namespace Koda.Server.Infrastructure.Postgres;

internal static partial class PostgresLog
{
    [LoggerMessage(1, LogLevel.Warning, "The connection that listens to other servers broke; it is opened again.")]
    public static partial void ListenerDisconnected(ILogger logger, Exception failure);

    [LoggerMessage(2, LogLevel.Warning, "Changes could not be announced to other servers.")]
    public static partial void BroadcastNotSent(ILogger logger, Exception failure);
}
