using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Koda.Protos.Common.V1;
using Koda.Server.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using BadHttpRequestException = Microsoft.AspNetCore.Http.BadHttpRequestException;

namespace Koda.Server.Hosting;

/// <summary>
/// Gives the errors that no surface wrote the body of the surface of their path. The limits of the request line and of the headers are kept
/// here and not by Kestrel alone, which closes the connection with an empty answer; what is beyond its own, larger ones it still does.
/// </summary>
internal static class ErrorBodies
{
    private const int LongestTarget = 8 * 1024;
    private const int LargestHeaders = 32 * 1024;
    private const int MostHeaders = 100;
    private const int KestrelFactor = 4;

    private static readonly JsonWriterOptions s_writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Lets through to <see cref="UseErrorBodies"/> what it refuses.</summary>
    public static void LeaveLimitsToErrorBodies(this KestrelServerLimits limits)
    {
        limits.MaxRequestLineSize = LongestTarget * KestrelFactor;
        limits.MaxRequestHeadersTotalSize = LargestHeaders * KestrelFactor;
        limits.MaxRequestHeaderCount = MostHeaders * KestrelFactor;
        limits.Http2.MaxRequestHeaderFieldSize = LargestHeaders * KestrelFactor;
    }

    public static void UseErrorBodies(this IApplicationBuilder app)
    {
        app.UseStatusCodePages(context => Write(context.HttpContext));
        app.Use(async (http, next) =>
        {
            if (Excess(http.Request) is { } status)
            {
                http.Response.StatusCode = status;
                return;
            }

            try
            {
                await next(http);
            }
            catch (BadHttpRequestException fault) when (!http.Response.HasStarted)
            {
                http.Response.Clear();
                http.Response.StatusCode = fault.StatusCode;
            }
        });
    }

    private static int? Excess(HttpRequest request)
    {
        var target = request.HttpContext.Features.Get<IHttpRequestFeature>()?.RawTarget.Length ?? 0;
        if (target > LongestTarget)
            return StatusCodes.Status414UriTooLong;
        if (request.Headers.Count > MostHeaders)
            return StatusCodes.Status431RequestHeaderFieldsTooLarge;
        var size = 0;
        foreach (var (name, values) in request.Headers)
            size += name.Length + values.Sum(value => value?.Length ?? 0);
        return size > LargestHeaders ? StatusCodes.Status431RequestHeaderFieldsTooLarge : null;
    }

    private static async Task Write(HttpContext http)
    {
        if (Fault(http) is not { } fault)
            return;
        var failure = CallFailure.From(fault);
        var output = new ArrayBufferWriter<byte>();
        await using (var json = new Utf8JsonWriter(output, s_writing))
            http.RequestServices.GetRequiredService<DialectTable>()
                .OfPath(http.Request.Path)
                .WriteError(json, failure, http.TraceIdentifier);
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = output.WrittenCount;
        http.Response.Headers.XContentTypeOptions = "nosniff";
        await http.Response.BodyWriter.WriteAsync(output.WrittenMemory, http.RequestAborted);
    }

    private static RpcFault? Fault(HttpContext http) =>
        http.Response.StatusCode switch
        {
            StatusCodes.Status400BadRequest => new RpcFault(ErrorReason.MalformedBody, "The request is not valid HTTP."),
            StatusCodes.Status404NotFound => new RpcFault(ErrorReason.RouteNotFound, "No route has this path."),
            StatusCodes.Status405MethodNotAllowed => new RpcFault(
                ErrorReason.MethodNotAllowed,
                $"The path takes {http.Response.Headers.Allow}, not {http.Request.Method}."),
            StatusCodes.Status413PayloadTooLarge => new RpcFault(ErrorReason.PayloadTooLarge, "The body is larger than the server takes."),
            StatusCodes.Status414UriTooLong => new RpcFault(
                ErrorReason.TargetTooLong,
                $"The path and the query have more than {LongestTarget} characters."),
            StatusCodes.Status415UnsupportedMediaType => new RpcFault(
                ErrorReason.UnsupportedMediaType,
                "This path takes application/grpc, application/grpc-web and application/grpc-web-text, with protobuf."),
            StatusCodes.Status426UpgradeRequired => new RpcFault(
                ErrorReason.UpgradeRequired,
                "gRPC needs HTTP/2; gRPC-Web works over HTTP/1.1."),
            StatusCodes.Status431RequestHeaderFieldsTooLarge => new RpcFault(
                ErrorReason.HeadersTooLarge,
                $"The headers are more than {MostHeaders}, or larger than {LargestHeaders} bytes."),
            _ => null,
        };
}
