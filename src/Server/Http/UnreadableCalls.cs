using System.Globalization;
using Grpc.Core;
using Koda.Protos.Common.V1;
using Koda.Rpc.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Koda.Server.Http;

/// <summary>
/// Says of a call by gRPC whose bytes could not be read that this is so. The official server answers UNKNOWN, as if it had failed itself; what a handler
/// throws is never UNKNOWN here, so that nothing else is meant by it. A message that is too large gets its reason, which the official server does not know.
/// </summary>
internal static class UnreadableCalls
{
    private const string Status = "grpc-status";
    private const string Details = "grpc-status-details-bin";
    private static readonly string s_unknown = Text(StatusCode.Unknown);
    private static readonly string s_internal = Text(StatusCode.Internal);
    private static readonly string s_exhausted = Text(StatusCode.ResourceExhausted);
    private static readonly string s_tooLarge = Convert.ToBase64String(
        StatusDetails.Of(CallFailure.From(new RpcFault(ErrorReason.PayloadTooLarge, "The message is larger than the server takes.")))!);

    public static void UseUnreadableCalls(this IApplicationBuilder app) => app.Use((http, next) =>
        http.Request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true ? ServeAsync(http, next) : next(http));

    private static async Task ServeAsync(HttpContext http, RequestDelegate next)
    {
        await next(http);
        var headers = http.Response.Headers;
        if (http.Response.HasStarted || headers.ContainsKey(Details))
            return;
        if (headers[Status] == s_unknown)
            (headers[Status], headers["grpc-message"]) = (s_internal, "The request could not be read.");
        else if (headers[Status] == s_exhausted)
            headers[Details] = s_tooLarge;
    }

    private static string Text(StatusCode status) => ((int)status).ToString(CultureInfo.InvariantCulture);
}
