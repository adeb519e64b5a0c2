using Koda.Protos.Common.V1;
using Koda.Rpc.AspNetCore.Feeds;
using Microsoft.AspNetCore.Http;

namespace Koda.Rpc.AspNetCore.Rest;

/// <summary>
/// Serves the paths of the contract. What has no path there goes on to the rest of the application, and becomes an error if nobody knows it.
/// </summary>
internal sealed class RestMiddleware(
    RequestDelegate next, RouteTable routes, DialectTable dialects, MethodTable methods, UnaryFace unary, FeedFace feeds, SocketFace sockets)
{
    public async Task InvokeAsync(HttpContext http)
    {
        RequestIdentity.Adopt(http);
        var isHead = HttpMethods.IsHead(http.Request.Method);
        var match = RestPath.Split(http) is { } path ? routes.Find(path, isHead ? HttpMethods.Get : http.Request.Method) : default;
        if (match.Entry is { } entry && !(isHead && entry.Unary is null)) await ServeAsync(http, entry, match.Path);
        else if (match.Entry is not null) await RefuseMethodAsync(http, [HttpMethods.Get]);
        else if (match.Allowed is { Count: > 0 } allowed) await RefuseMethodAsync(http, allowed);
        else if (!HttpMethods.IsPost(http.Request.Method) && methods.TryFind(http.Request.Path.Value!, out _)) await RefuseMethodAsync(http, [HttpMethods.Post]);
        else
        {
            await next(http);
            if (http.Response is { StatusCode: StatusCodes.Status404NotFound, HasStarted: false } && http.GetEndpoint() is null)
                await RefuseAsync(http, new RpcFault(ErrorReason.RouteNotFound, $"No route has the path {http.Request.Path}."));
        }
    }

    private Task ServeAsync(HttpContext http, RouteEntry entry, IReadOnlyList<string> path)
    {
        if (entry.Socket is { } socket && (http.WebSockets.IsWebSocketRequest || entry is { Unary: null, Feed: null }))
            return sockets.ServeAsync(http, socket, path);
        if (entry.Feed is { } feed && (entry.Unary is null || FeedFormat.IsAskedFor(http.Request)))
            return feeds.ServeAsync(http, feed, path);
        return unary.ServeAsync(http, entry.Unary!, path);
    }

    private Task RefuseMethodAsync(HttpContext http, IReadOnlyCollection<string> allowed)
    {
        var list = string.Join(", ", allowed);
        http.Response.Headers.Allow = list;
        return RefuseAsync(http, new RpcFault(ErrorReason.MethodNotAllowed, $"{http.Request.Path} takes {list}, not {http.Request.Method}."));
    }

    private Task RefuseAsync(HttpContext http, RpcFault fault) =>
        RestError.WriteAsync(http, dialects.OfPath(http.Request.Path), CallFailure.From(fault));
}
