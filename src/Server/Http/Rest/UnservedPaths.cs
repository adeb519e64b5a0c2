using System.Globalization;
using Grpc.Core;
using Koda.Protos.Common.V1;
using Microsoft.AspNetCore.Http;

namespace Koda.Server.Http.Rest;

/// <summary>Answers in the dialect of the path what no endpoint serves, or none by this HTTP method.</summary>
internal sealed class UnservedPaths(RequestDelegate next, MethodTable methods, DialectTable dialects)
{
    public async Task Invoke(HttpContext http)
    {
        RequestIdentity.Adopt(http);
        await next(http);
        var response = http.Response;
        if (response.HasStarted || http.GetEndpoint()?.Metadata.GetMetadata<RpcMethod>() is not null)
            return;
        if (response.StatusCode == StatusCodes.Status404NotFound
            && HttpMethods.IsPost(http.Request.Method)
            && GrpcRefusal.IsGrpc(http.Request))
        {
            response.StatusCode = StatusCodes.Status200OK;
            response.ContentType = http.Request.ContentType;
            response.Headers.GrpcStatus = ((int)StatusCode.Unimplemented).ToString(CultureInfo.InvariantCulture);
            response.Headers.GrpcMessage = "The server has no such method.";
            return;
        }
        if (response.StatusCode == StatusCodes.Status404NotFound
            && !HttpMethods.IsPost(http.Request.Method)
            && methods.TryFind(http.Request.Path.Value!, out _))
            (response.StatusCode, response.Headers.Allow) = (StatusCodes.Status405MethodNotAllowed, HttpMethods.Post);
        if (response.StatusCode == StatusCodes.Status405MethodNotAllowed)
            await Refuse(
                http,
                new RpcFault(
                    ErrorReason.MethodNotAllowed, $"{http.Request.Path} takes {response.Headers.Allow}, not {http.Request.Method}."));
        else if (response.StatusCode == StatusCodes.Status404NotFound && http.GetEndpoint() is null)
            await Refuse(http, new RpcFault(ErrorReason.RouteNotFound, $"No route has the path {http.Request.Path}."));
    }

    private Task Refuse(HttpContext http, RpcFault fault) =>
        RestError.Write(http, dialects.OfPath(http.Request.Path), CallFailure.From(fault));
}
