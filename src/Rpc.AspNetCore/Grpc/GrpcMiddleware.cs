using Grpc.Core;
using Koda.Rpc.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace Koda.Rpc.AspNetCore;

/// <summary>Serves requests that speak gRPC or gRPC-Web, and passes on all others.</summary>
internal sealed class GrpcMiddleware(
    RequestDelegate next, MethodTable methods, CallPipeline pipeline, CallDrain drain, IOptions<RpcOptions> options)
{
    private readonly RpcOptions _options = options.Value;

    public Task InvokeAsync(HttpContext http)
    {
        var flavor = GrpcContentType.Of(http.Request.ContentType);
        if (flavor != GrpcFlavor.None)
            return ServeAsync(http, flavor);
        if (!HttpMethods.IsPost(http.Request.Method) || !methods.TryFind(http.Request.Path.Value!, out _))
            return next(http);
        http.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
        // A client that takes itself for one of gRPC understands this in any reply.
        if (http.Request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) ?? false)
            http.Response.Headers[WireNames.Status] = ((int)StatusCode.Unimplemented).ToString(System.Globalization.CultureInfo.InvariantCulture);
        return Task.CompletedTask;
    }

    private Task ServeAsync(HttpContext http, GrpcFlavor flavor)
    {
        var request = http.Request;
        if (flavor == GrpcFlavor.Grpc && !HttpProtocol.IsHttp2(request.Protocol) && !HttpProtocol.IsHttp3(request.Protocol))
        {
            http.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            http.Response.Headers.Upgrade = "h2c";
            return Task.CompletedTask;
        }

        if (!HttpMethods.IsPost(request.Method))
        {
            http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            http.Response.Headers.Allow = HttpMethods.Post;
            return Task.CompletedTask;
        }

        if (!methods.TryFind(request.Path.Value!, out var method))
            return GrpcEnding.RefuseAsync(http, flavor, StatusCode.Unimplemented, $"The server has no method {request.Path}.");
        if (!MessageCompression.IsSupported(request.Headers[WireNames.Encoding]))
        {
            http.Response.Headers[WireNames.AcceptEncoding] = WireNames.AcceptedEncodings;
            return GrpcEnding.RefuseAsync(http, flavor, StatusCode.Unimplemented, $"The server reads {WireNames.AcceptedEncodings} only.");
        }

        if (!TryReadTimeout(request, out var timeout))
            return GrpcEnding.RefuseAsync(http, flavor, StatusCode.InvalidArgument, $"{WireNames.Timeout} is one to eight digits and a unit.");
        return RunAsync(http, method, flavor, timeout);
    }

    private async Task RunAsync(HttpContext http, RpcMethod method, GrpcFlavor flavor, TimeSpan? timeout)
    {
        LiftHttpLimits(http);
        http.Response.ContentType = GrpcContentType.OfReply(flavor);
        using var lifetime = new CallLifetime(http, drain, timeout, method.Type != MethodType.Unary);
        var context = new GrpcCallContext(http, method, lifetime, flavor, _options);
        var failure = await pipeline.RunAsync(context, static call => call.RpcMethod.ServeGrpcAsync((GrpcCallContext)call));
        await context.FinishAsync(failure);
    }

    /// <summary>A stream may be longer and slower than any upload; its messages have their own limit.</summary>
    private static void LiftHttpLimits(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        if (http.Features.Get<Microsoft.AspNetCore.Server.Kestrel.Core.Features.IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
    }

    private static bool TryReadTimeout(HttpRequest request, out TimeSpan? timeout)
    {
        timeout = null;
        var header = request.Headers[WireNames.Timeout];
        if (header.Count == 0)
            return true;
        if (!GrpcTimeout.TryParse(header.ToString(), out var parsed))
            return false;
        timeout = parsed;
        return true;
    }
}
