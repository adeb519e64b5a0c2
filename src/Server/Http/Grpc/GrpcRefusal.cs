using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Koda.Server.Http;

/// <summary>Ends a call by gRPC that its method never saw: the status goes in the headers, and there is no message.</summary>
internal static class GrpcRefusal
{
    private const string ContentType = "application/grpc";

    /// <summary>Whether the caller speaks gRPC. gRPC-Web looks like it behind its middleware.</summary>
    public static bool IsGrpc(HttpRequest request) =>
        request.ContentType?.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase) == true;

    public static Task Write(HttpContext http, CallFailure failure)
    {
        var response = http.Response;
        if (response.HasStarted)
        {
            http.Abort();
            return Task.CompletedTask;
        }

        var refusal = StatusDetails.ToException(failure);
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = ContentType;
        response.Headers.GrpcStatus = ((int)refusal.StatusCode).ToString(CultureInfo.InvariantCulture);
        response.Headers.GrpcMessage = Uri.EscapeDataString(refusal.Status.Detail);
        ResponseMetadata.CopyTo(refusal.Trailers, response.Headers);
        return response.CompleteAsync();
    }
}
