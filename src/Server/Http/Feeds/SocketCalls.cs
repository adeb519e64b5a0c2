using System.Net.WebSockets;
using Google.Protobuf;
using Grpc.Core;
using Koda.Protos.Common.V1;
using Koda.Server.Http.Rest;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Koda.Server.Http.Feeds;

/// <summary>
/// Serves bidirectional methods as WebSockets. Path and query make the first request message; after it each text frame is a message as
/// JSON, each binary one a message as protobuf. Replies are text, or binary when the client offers the subprotocol <c>protobuf</c>.
/// The socket is accepted when the handler first reads a frame or writes, so that until then a refusal is an ordinary error.
/// </summary>
internal sealed class SocketCalls(
    CallFailures failures, DialectTable dialects, IOptions<RpcOptions> options, TimeProvider time)
{
    private const string Binary = "protobuf";
    private const string Text = "json";

    public async Task Serve(HttpContext http, RestBinding binding, Func<ServerCallContext, SocketStream, Task> handler)
    {
        var context = new SocketCallContext(RpcCall.Of(http)!);
        SocketStream? stream = null;
        var failure = await failures.Run(
            RpcCall.Of(http)!,
            async () =>
            {
                RequireUpgrade(http);
                RequireOrigin(http.Request);
                stream = new SocketStream(
                    () => Accept(http), FramesFor(http, binding), First(http, binding), options.Value, time, http.RequestAborted);
                await handler(context, stream);
            },
            context);
        using (stream)
        {
            if (stream is null || (failure is not null && !stream.IsAccepted))
                await RestError.Write(http, dialects.Of(binding.Method), failure!);
            else
                await stream.Close(failure);
        }
    }

    private static IMessage First(HttpContext http, RestBinding binding)
    {
        var first = binding.Method.Descriptor.InputType.Parser.ParseFrom(ByteString.Empty);
        var faults = new List<FieldFault>();
        var binder = new RequestBinder(first, faults);
        binder.BindPath(binding.Template, RestPath.Match(http, binding.Template));
        binder.BindQuery(http.Request.Query, "");
        return faults.Count == 0 ? first : throw RpcFault.Invalid(faults);
    }

    private static void RequireUpgrade(HttpContext http)
    {
        if (http.WebSockets.IsWebSocketRequest)
            return;
        http.Response.Headers.Upgrade = "websocket";
        throw new RpcFault(ErrorReason.UpgradeRequired, $"{http.Request.Path} is a WebSocket; a plain request cannot be served.");
    }

    /// <summary>
    /// A browser lets any page open a WebSocket to any host, with its cookies, so the server must look where the page is from.
    /// </summary>
    private void RequireOrigin(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        var allowed = options.Value.AllowedOrigins;
        var isOwn = Uri.TryCreate(origin, UriKind.Absolute, out var page)
            && page.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase);
        if (origin.Length == 0 || isOwn || allowed.Contains("*") || allowed.Contains(origin, StringComparer.OrdinalIgnoreCase))
            return;
        throw new RpcFault(ErrorReason.PermissionDenied, $"Pages of {origin} may not connect here.");
    }

    private static SocketFrames FramesFor(HttpContext http, RestBinding binding) => new(
        binding.Method.Descriptor.InputType,
        http.WebSockets.WebSocketRequestedProtocols.Contains(Binary) ? WebSocketMessageType.Binary : WebSocketMessageType.Text);

    private Task<WebSocket> Accept(HttpContext http)
    {
        var offered = http.WebSockets.WebSocketRequestedProtocols;
        return http.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
        {
            SubProtocol = offered.Contains(Binary) ? Binary : offered.Contains(Text) ? Text : null,
            KeepAliveInterval = options.Value.SocketPing,
            KeepAliveTimeout = options.Value.SocketPing,
        });
    }
}
