using Microsoft.Extensions.Logging;

namespace Koda.Cli.Local;

/// <summary>What <c>koda up</c> logs.</summary>
internal static partial class LocalLog
{
    [LoggerMessage(1, LogLevel.Information, "{Report}")]
    public static partial void Said(this ILogger logger, string report);
}
