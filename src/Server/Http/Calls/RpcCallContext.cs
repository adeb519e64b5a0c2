using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Koda.Server.Http;

/// <summary>The context of one call for its service, the same on every face.</summary>
internal abstract class RpcCallContext(RpcCall call) : ServerCallContext
{
    private static readonly AuthContext s_noPeerIdentity = new(null, []);

    private Metadata? _requestHeaders;
    private Metadata? _responseTrailers;
    private Dictionary<object, object>? _userState;

    public RpcCall Call => call;

    public HttpContext Http => call.Http;

    /// <summary>The trailers, if the handler touched them.</summary>
    internal Metadata? TrailersOrNull => _responseTrailers;

    protected override string MethodCore => call.Method.FullName;

    protected override string HostCore => call.Http.Request.Host.Value ?? "";

    protected override string PeerCore => PeerName.Of(call.Http.Connection);

    protected override DateTime DeadlineCore => call.Lifetime.Deadline;

    protected override Metadata RequestHeadersCore => _requestHeaders ??= RequestMetadata.From(call.Http.Request.Headers);

    protected override CancellationToken CancellationTokenCore => call.CancellationToken;

    protected override Metadata ResponseTrailersCore => _responseTrailers ??= [];

    protected override Status StatusCore { get; set; }

    protected override WriteOptions? WriteOptionsCore { get; set; }

    protected override AuthContext AuthContextCore => s_noPeerIdentity;

    // Here GetHttpContext of ASP.NET's gRPC looks.
    protected override IDictionary<object, object> UserStateCore => _userState ??= new Dictionary<object, object> { ["__HttpContext"] = call.Http };

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) =>
        throw new NotSupportedException("Deadlines and cancellation are passed on by tokens of the .NET runtime.");
}
