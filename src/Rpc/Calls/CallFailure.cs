using Grpc.Core;
using Koda.Rpc.Wire;

namespace Koda.Rpc.Calls;

/// <summary>Turns what the transport throws into the status that gRPC prescribes for it.</summary>
internal static class CallFailure
{
    /// <summary>Whether no connection could be made, so that the server has seen nothing of the call.</summary>
    public static bool IsNotConnected(Exception exception) => IsConnectTimeout(exception) || exception is HttpRequestException
    {
        HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError,
    };

    public static Status StatusOf(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is HttpProtocolException protocol && IsStreamReset(protocol))
                return new Status(StatusMapping.FromHttp2Error(protocol.ErrorCode), protocol.Message, exception);
        }
        return exception switch
        {
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
                new Status(StatusCode.Unavailable, $"The connection could not be secured: {Reason(exception)}", exception),
            _ when IsConnectTimeout(exception) || exception is HttpRequestException or IOException =>
                new Status(StatusCode.Unavailable, $"The server cannot be reached: {Reason(exception)}", exception),
            ObjectDisposedException => new Status(StatusCode.Unavailable, "The channel was shut down.", exception),
            _ => new Status(StatusCode.Internal, $"The call failed: {exception.Message}", exception),
        };
    }

    // The framework tells of it as of a cancellation that nobody asked for.
    private static bool IsConnectTimeout(Exception exception) => exception is OperationCanceledException { InnerException: TimeoutException };

    /// <summary>
    /// Whether the server reset this one call. Otherwise the whole connection failed, by GOAWAY or for want of a ping's answer. The
    /// exception of the framework tells the two apart by its text only.
    /// </summary>
    private static bool IsStreamReset(HttpProtocolException exception) =>
        exception.Message.Contains("reset the stream", StringComparison.Ordinal);

    private static string Reason(Exception exception) => (exception.InnerException ?? exception).Message;
}
