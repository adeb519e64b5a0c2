using System.Globalization;
using Grpc.Core;
using Koda.Protos.Common.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Koda.Server.Http;

/// <summary>
/// Says of a call by gRPC whose bytes could not be read that this is so. The official server answers UNKNOWN, as if it had failed itself;
/// where no service failed, nothing else is meant by it, in health and reflection as in our own services. A message that is too large gets
/// its reason, which the official server does not know.
/// </summary>
internal static class UnreadableCalls
{
    private static readonly string s_unknown = Text(StatusCode.Unknown);
    private static readonly string s_exhausted = Text(StatusCode.ResourceExhausted);
    private static readonly CallFailure s_unreadable = CallFailure.From(
        new Grpc.Core.Status(StatusCode.Internal, "The request could not be read."));
    private static readonly CallFailure s_tooLarge = CallFailure.From(
        new RpcFault(ErrorReason.PayloadTooLarge, "The message is larger than the server takes."));

    public static IApplicationBuilder UseUnreadableCalls(this IApplicationBuilder app) =>
        app.Use((http, next) => GrpcRefusal.IsGrpc(http.Request) ? Serve(http, next) : next(http));

    private static async Task Serve(HttpContext http, RequestDelegate next)
    {
        await next(http);
        var headers = http.Response.Headers;
        var call = RpcCall.Of(http);
        if (http.Response.HasStarted || call?.Failure is not null)
            return;
        var failure = headers.GrpcStatus == s_unknown ? s_unreadable : headers.GrpcStatus == s_exhausted ? s_tooLarge : null;
        if (failure is null)
            return;
        call?.Failure = failure;
        headers.GrpcStatus = Text(failure.Status.StatusCode);
        if (failure == s_unreadable)
            headers.GrpcMessage = failure.Message;
        else
            headers[StatusDetails.Trailer] = Convert.ToBase64String(StatusDetails.Of(failure)!);
    }

    private static string Text(StatusCode status) => ((int)status).ToString(CultureInfo.InvariantCulture);
}
