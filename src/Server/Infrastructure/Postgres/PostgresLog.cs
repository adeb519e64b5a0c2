using Microsoft.Extensions.Logging;

namespace Koda.Server.Infrastructure.Postgres;

internal static partial class PostgresLog
{
    [LoggerMessage(1, LogLevel.Warning, "The connection that listens to other servers broke; it is opened again.")]
    public static partial void ListenerDisconnected(ILogger logger, Exception failure);

    [LoggerMessage(2, LogLevel.Warning, "Changes could not be announced to other servers.")]
    public static partial void BroadcastNotSent(ILogger logger, Exception failure);

    [LoggerMessage(3, LogLevel.Error, "The database is in trouble, so this server is not ready: {Problem}")]
    public static partial void TroubleBegan(ILogger logger, string problem);

    [LoggerMessage(4, LogLevel.Information, "The database works again, after {Seconds:f1} s.")]
    public static partial void TroubleEnded(ILogger logger, double seconds);
}
