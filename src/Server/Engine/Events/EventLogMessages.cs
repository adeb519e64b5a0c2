using Microsoft.Extensions.Logging;

namespace Koda.Server.Engine.Events;

internal static partial class EventLogMessages
{
    [LoggerMessage(1, LogLevel.Warning, "The feed cannot read what other servers committed; it tries again.")]
    public static partial void FeedCannotRead(ILogger logger, Exception failure);
}
