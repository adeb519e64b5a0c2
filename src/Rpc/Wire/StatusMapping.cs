using Grpc.Core;

namespace Koda.Rpc.Wire;

/// <summary>The gRPC code for a call that HTTP ended without one, by the tables of the gRPC specification.</summary>
internal static class StatusMapping
{
    public static StatusCode FromHttpStatus(int httpStatus) => httpStatus switch
    {
        400 => StatusCode.Internal,
        401 => StatusCode.Unauthenticated,
        403 => StatusCode.PermissionDenied,
        404 => StatusCode.Unimplemented,
        429 or 502 or 503 or 504 => StatusCode.Unavailable,
        _ => StatusCode.Unknown,
    };

    /// <param name="errorCode">The code of RST_STREAM or GOAWAY.</param>
    public static StatusCode FromHttp2Error(long errorCode) => errorCode switch
    {
        0x7 => StatusCode.Unavailable, // REFUSED_STREAM
        0x8 => StatusCode.Cancelled, // CANCEL
        0xb => StatusCode.ResourceExhausted, // ENHANCE_YOUR_CALM
        0xc => StatusCode.PermissionDenied, // INADEQUATE_SECURITY
        0x5 => StatusCode.Unknown, // STREAM_CLOSED
        _ => StatusCode.Internal,
    };
}
