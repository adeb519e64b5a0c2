using Grpc.Core;

namespace Koda.Server.Http.Feeds;

/// <summary>
/// The context of a call over a WebSocket. What HTTP knows of it, headers too, its service asks of the
/// <see cref="Microsoft.AspNetCore.Http.HttpContext"/>.
/// </summary>
internal sealed class SocketCallContext : ServerCallContext
{
    private static readonly AuthContext s_noPeerIdentity = new(null, []);

    private readonly RpcCall _call;

    public SocketCallContext(RpcCall call)
    {
        _call = call;
        // Here GetHttpContext of ASP.NET's gRPC looks.
        call.Http.Items["__HttpContext"] = call.Http;
    }

    protected override string MethodCore => _call.Method.FullName;

    protected override string HostCore => _call.Http.Request.Host.Value ?? "";

    protected override string PeerCore => _call.Http.Connection.RemoteIpAddress?.ToString() ?? "unknown";

    protected override DateTime DeadlineCore => _call.Lifetime.Deadline;

    protected override Metadata RequestHeadersCore =>
        throw new NotSupportedException("The headers of a WebSocket are those of its HttpContext.");

    protected override CancellationToken CancellationTokenCore => _call.Http.RequestAborted;

    protected override Metadata ResponseTrailersCore => throw new NotSupportedException("A WebSocket has no trailers.");

    protected override Status StatusCore { get; set; }

    protected override WriteOptions? WriteOptionsCore { get; set; }

    protected override AuthContext AuthContextCore => s_noPeerIdentity;

    protected override IDictionary<object, object> UserStateCore => _call.Http.Items!;

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) =>
        throw new NotSupportedException("Deadlines and cancellation are passed on by tokens of the .NET runtime.");

    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) =>
        throw new NotSupportedException("The headers of a WebSocket are those of its HttpContext.");
}
