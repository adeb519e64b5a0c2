using Grpc.Core;
using Koda.Rpc.Wire;
using Microsoft.AspNetCore.Http;

namespace Koda.Rpc.AspNetCore.Rest;

/// <summary>Begins calls that come by HTTP.</summary>
internal sealed class RestCalls(CallDrain drain)
{
    /// <summary>Longer is the same as for ever, and more than a timer takes.</summary>
    private static readonly TimeSpan MaxTimeout = TimeSpan.FromDays(30);

    /// <summary>The life of a call. A caller may set a deadline by gRPC's own header; one that is not valid is none.</summary>
    public CallLifetime Begin(HttpContext http, RpcMethod method)
    {
        var header = http.Request.Headers["grpc-timeout"].ToString();
        TimeSpan? timeout = GrpcTimeout.TryParse(header, out var given) && given < MaxTimeout ? given : null;
        return new CallLifetime(http, drain, timeout, streaming: method.Type != MethodType.Unary);
    }
}
