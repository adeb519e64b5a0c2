using System.Diagnostics;
using Grpc.Core;
using Koda.Server.Http.Rest;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Koda.Server.Http;

/// <summary>
/// Stands around everything that judges and serves a call: what is thrown before the method, whoever throws it, is written here as the
/// call's face wants it; how the call ended is logged and measured here.
/// </summary>
internal sealed class CallMiddleware(
    RequestDelegate next,
    CallDrain drain,
    CallFailures failures,
    DialectTable dialects,
    CallTelemetry telemetry,
    ILogger<CallMiddleware> logger)
{
    public Task Invoke(HttpContext http) =>
        http.GetEndpoint()?.Metadata.GetMetadata<RpcMethod>() is { } method ? Serve(http, method) : Pass(http);

    private async Task Serve(HttpContext http, RpcMethod method)
    {
        var started = Stopwatch.GetTimestamp();
        using var lifetime = new CallLifetime(http, drain, streaming: method.Type != MethodType.Unary);
        var call = new RpcCall(http, method, lifetime);
        http.Features.Set(call);
        using var activity = CallTelemetry.Start(call);
        try
        {
            lifetime.RequireReadableTimeout();
            await next(http);
        }
#pragma warning disable CA1031 // Every failure of a call becomes its status.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            await Refuse(http, await failures.Fail(call, exception));
        }

        telemetry.Stop(activity, call, Stopwatch.GetElapsedTime(started));
        CallLog.Ended(logger, call);
    }

    /// <summary>Endpoints that are no methods are authorized by the same parts, and refused here.</summary>
    private async Task Pass(HttpContext http)
    {
        try
        {
            await next(http);
        }
        catch (Exception exception) when (!http.Response.HasStarted && failures.Map(exception) is { } fault)
        {
            await Refuse(http, CallFailure.From(fault));
        }
    }

    // The path decides, and not what the caller says that it sends: a REST path that answered by gRPC would say 200.
    private Task Refuse(HttpContext http, CallFailure failure)
    {
        var metadata = http.GetEndpoint()?.Metadata;
        var rule = metadata?.GetMetadata<RestBinding>();
        return rule is null && metadata?.GetMetadata<RpcMethod>() is not null && GrpcRefusal.IsGrpc(http.Request)
            ? GrpcRefusal.Write(http, failure)
            : RestError.Write(http, rule is null ? dialects.OfPath(http.Request.Path) : dialects.Of(rule.Method), failure);
    }
}
