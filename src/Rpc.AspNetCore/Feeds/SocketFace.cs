using System.Net.WebSockets;
using Google.Protobuf;
using Koda.Protos.Common.V1;
using Koda.Rpc.AspNetCore.Json;
using Koda.Rpc.AspNetCore.Rest;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Koda.Rpc.AspNetCore.Feeds;

/// <summary>
/// Serves bidirectional methods as WebSockets. Path and query make the first request message; after it each text frame is a message as
/// JSON, each binary one a message as protobuf. Replies are text, or binary when the client offers the subprotocol <c>protobuf</c>.
/// </summary>
internal sealed class SocketFace(
    CallPipeline pipeline, RestCalls calls, RestRequestReader requests, DialectTable dialects, JsonCodec codec,
    IOptions<RestOptions> rest, IOptions<RpcOptions> rpc, TimeProvider time)
{
    private const string Binary = "protobuf";
    private const string Text = "json";

    public async Task ServeAsync(HttpContext http, RestBinding binding, IReadOnlyList<string> path)
    {
        using var lifetime = calls.Begin(http, binding.Method);
        var call = new RestCallContext(http, binding.Method, lifetime);
        SocketStream? stream = null;
        var failure = await pipeline.RunAsync(call, async _ =>
        {
            RequireUpgrade(http);
            RequireOrigin(http.Request);
            var first = await requests.ReadAsync(http.Request, binding, path, call.CancellationToken);
            stream = await AcceptAsync(call, first);
            await binding.Method.DuplexAsync(call, stream, stream);
        });
        if (stream is null) await RestError.WriteAsync(http, dialects.Of(binding.Method), failure!);
        else
        {
            using (stream) await stream.CloseAsync(failure);
        }
    }

    private static void RequireUpgrade(HttpContext http)
    {
        if (http.WebSockets.IsWebSocketRequest) return;
        http.Response.Headers.Upgrade = "websocket";
        throw new RpcFault(ErrorReason.UpgradeRequired, $"{http.Request.Path} is a WebSocket; a plain request cannot be served.");
    }

    /// <summary>A browser lets any page open a WebSocket to any host, with its cookies, so the server must look where the page is from.</summary>
    private void RequireOrigin(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        var allowed = rpc.Value.AllowedOrigins;
        var isOwn = Uri.TryCreate(origin, UriKind.Absolute, out var page)
            && page.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase);
        if (origin.Length == 0 || isOwn || allowed.Contains("*") || allowed.Contains(origin, StringComparer.OrdinalIgnoreCase)) return;
        throw new RpcFault(ErrorReason.PermissionDenied, $"Pages of {origin} may not connect here.");
    }

    private async ValueTask<SocketStream> AcceptAsync(RestCallContext call, IMessage first)
    {
        var sockets = call.HttpContext.WebSockets;
        var offered = sockets.WebSocketRequestedProtocols;
        var isBinary = offered.Contains(Binary);
        var socket = await sockets.AcceptWebSocketAsync(new WebSocketAcceptContext
        {
            SubProtocol = isBinary ? Binary : offered.Contains(Text) ? Text : null,
            KeepAliveInterval = rest.Value.SocketPing,
            KeepAliveTimeout = rest.Value.SocketPing,
        });
        var replies = isBinary ? WebSocketMessageType.Binary : WebSocketMessageType.Text;
        var frames = new SocketFrames(codec, call.RpcMethod.Descriptor.InputType, replies);
        return new SocketStream(socket, frames, first, rest.Value, time, call.CancellationToken);
    }
}
