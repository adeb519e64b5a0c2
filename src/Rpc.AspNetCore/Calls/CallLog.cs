using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Koda.Rpc.AspNetCore;

internal static partial class CallLog
{
    [LoggerMessage(1, LogLevel.Debug, "{Method} succeeded (request {RequestId})")]
    public static partial void Succeeded(ILogger logger, string method, string requestId);

    [LoggerMessage(2, LogLevel.Debug, "{Method} was given up by its caller (request {RequestId})")]
    public static partial void Abandoned(ILogger logger, string method, string requestId);

    [LoggerMessage(3, LogLevel.Warning, "{Method} was refused with {Status}, {Code}: {Message} (request {RequestId})")]
    public static partial void Refused(
        ILogger logger, string method, string requestId, StatusCode status, string code, string message);

    [LoggerMessage(4, LogLevel.Error, "{Method} broke with {Status}: {Message} (request {RequestId})")]
    public static partial void Broke(
        ILogger logger, Exception? exception, string method, string requestId, StatusCode status, string message);
}
