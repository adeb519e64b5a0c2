using Google.Rpc;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Koda.Server.Http;

/// <summary>What google.rpc.Code says of the statuses of gRPC.</summary>
internal static class StatusCodeNames
{
    private const int ClientClosedRequest = 499;

    /// <summary>The name, such as `NOT_FOUND`.</summary>
    public static string ToWireName(this StatusCode code) =>
        CodeReflection.Descriptor.EnumTypes[0].FindValueByNumber((int)code)?.Name ?? "UNKNOWN";

    /// <summary>The usual status by HTTP.</summary>
    public static int ToHttpStatus(this StatusCode code) => code switch
    {
        StatusCode.OK => StatusCodes.Status200OK,
        StatusCode.Cancelled => ClientClosedRequest,
        StatusCode.InvalidArgument or StatusCode.FailedPrecondition or StatusCode.OutOfRange => StatusCodes.Status400BadRequest,
        StatusCode.DeadlineExceeded => StatusCodes.Status504GatewayTimeout,
        StatusCode.NotFound => StatusCodes.Status404NotFound,
        StatusCode.AlreadyExists or StatusCode.Aborted => StatusCodes.Status409Conflict,
        StatusCode.PermissionDenied => StatusCodes.Status403Forbidden,
        StatusCode.Unauthenticated => StatusCodes.Status401Unauthorized,
        StatusCode.ResourceExhausted => StatusCodes.Status429TooManyRequests,
        StatusCode.Unimplemented => StatusCodes.Status501NotImplemented,
        StatusCode.Unavailable => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };
}
