using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Koda.Server.Http;

internal static partial class CallLog
{
    /// <summary>Says how a call ended: what this server did wrong is an error, what its caller did is not.</summary>
    public static void Ended(ILogger logger, RpcCall call)
    {
        var (method, request) = (call.Method.FullName, call.RequestId);
        if (call.Failure is not { } failure)
            Succeeded(logger, method, request);
        else if (call.Cause is not null && failure.Status.StatusCode is StatusCode.Internal or StatusCode.Unknown or StatusCode.DataLoss)
            Broke(logger, call.Cause, method, request, failure.Status.StatusCode, failure.Message);
        else if (failure.Status.StatusCode == StatusCode.Cancelled && call.Lifetime.Peer.IsCancellationRequested)
            Abandoned(logger, method, request);
        else
            Refused(logger, method, request, failure.Status.StatusCode, failure.Description.Code, failure.Message);
    }

    [LoggerMessage(1, LogLevel.Debug, "{Method} succeeded (request {RequestId})")]
    private static partial void Succeeded(ILogger logger, string method, string requestId);

    [LoggerMessage(2, LogLevel.Debug, "{Method} was given up by its caller (request {RequestId})")]
    private static partial void Abandoned(ILogger logger, string method, string requestId);

    [LoggerMessage(3, LogLevel.Warning, "{Method} was refused with {Status}, {Code}: {Message} (request {RequestId})")]
    private static partial void Refused(
        ILogger logger, string method, string requestId, StatusCode status, string code, string message);

    [LoggerMessage(4, LogLevel.Error, "{Method} broke with {Status}: {Message} (request {RequestId})")]
    private static partial void Broke(
        ILogger logger, Exception? exception, string method, string requestId, StatusCode status, string message);
}
