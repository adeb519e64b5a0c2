using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Koda.Rpc.AspNetCore;

/// <summary>The context of one call, the same on every face.</summary>
public class RpcCallContext : ServerCallContext
{
    private static readonly AuthContext NoPeerIdentity = new(null, []);

    private readonly CallLifetime _lifetime;
    private Metadata? _requestHeaders;
    private Metadata? _responseTrailers;
    private Dictionary<object, object>? _userState;

    /// <param name="http">The request that carries the call.</param>
    /// <param name="method">The method called.</param>
    /// <param name="lifetime">What may end the call early.</param>
    public RpcCallContext(HttpContext http, RpcMethod method, CallLifetime lifetime)
    {
        HttpContext = http;
        RpcMethod = method;
        _lifetime = lifetime;
    }

    public HttpContext HttpContext { get; }

    public RpcMethod RpcMethod { get; }

    /// <summary>The services of this call's scope.</summary>
    public IServiceProvider Services => HttpContext.RequestServices;

    /// <summary>Who calls; anonymous until the pipeline has authenticated the call.</summary>
    public CallPrincipal Principal { get; internal set; } = CallPrincipal.Anonymous;

    /// <summary>Names the call in logs and in errors.</summary>
    public string RequestId => HttpContext.TraceIdentifier;

    /// <summary>
    /// Fires when the server begins to shut down. A long stream that ends by itself then ends in its own way;
    /// one that does not is cancelled when the drain time is over.
    /// </summary>
    public CancellationToken Draining => _lifetime.Draining;

    internal CallLifetime Lifetime => _lifetime;

    /// <summary>Ends a streaming call before its time; its peer is told the fault. Other calls go on to their end.</summary>
    public void End(RpcFault fault) => _lifetime.End(fault);

    /// <summary>The trailers, if the handler touched them.</summary>
    internal Metadata? TrailersOrNull => _responseTrailers;

    protected override string MethodCore => RpcMethod.FullName;

    protected override string HostCore => HttpContext.Request.Host.Value ?? "";

    protected override string PeerCore => PeerName.Of(HttpContext.Connection);

    protected override DateTime DeadlineCore => _lifetime.Deadline;

    protected override Metadata RequestHeadersCore => _requestHeaders ??= RequestMetadata.From(HttpContext.Request.Headers);

    protected override CancellationToken CancellationTokenCore => _lifetime.Token;

    protected override Metadata ResponseTrailersCore => _responseTrailers ??= [];

    protected override Status StatusCore { get; set; }

    protected override WriteOptions? WriteOptionsCore { get; set; }

    protected override AuthContext AuthContextCore => NoPeerIdentity;

    // Here GetHttpContext of ASP.NET's gRPC looks.
    protected override IDictionary<object, object> UserStateCore => _userState ??= new Dictionary<object, object> { ["__HttpContext"] = HttpContext };

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) =>
        throw new NotSupportedException("Deadlines and cancellation are passed on by tokens of the .NET runtime.");

    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders)
    {
        if (HttpContext.Response.HasStarted)
            throw new InvalidOperationException("The response headers are sent already.");
        ResponseMetadata.CopyTo(responseHeaders, HttpContext.Response.Headers);
        return HttpContext.Response.StartAsync(CancellationToken);
    }
}
