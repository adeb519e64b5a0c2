using Microsoft.AspNetCore.Http;

namespace Koda.Server.Http;

/// <summary>One call of a method, whatever its face: a feature of its request from routing on.</summary>
/// <param name="http">The request that carries the call.</param>
/// <param name="method">The method called.</param>
/// <param name="lifetime">What may end the call early.</param>
internal sealed class RpcCall(HttpContext http, RpcMethod method, CallLifetime lifetime)
{
    public HttpContext Http => http;

    public RpcMethod Method => method;

    /// <summary>Names the call in logs and in errors.</summary>
    public string RequestId => http.TraceIdentifier;

    /// <summary>Who calls; anonymous until the call is authenticated.</summary>
    public CallPrincipal Principal => CallPrincipal.Of(http);

    internal CallLifetime Lifetime => lifetime;

    /// <summary>How the call failed; null as long as it did not.</summary>
    internal CallFailure? Failure { get; set; }

    /// <summary>What broke; null for a status that was thrown on purpose or over the caller's bytes.</summary>
    internal Exception? Cause { get; set; }

    /// <summary>The call of a request; null when its path is none of a method.</summary>
    public static RpcCall? Of(HttpContext http) => http.Features.Get<RpcCall>();

    /// <summary>Ends a streaming call before its time; its peer is told the fault. Other calls go on to their end.</summary>
    public void End(RpcFault fault) => lifetime.End(fault);
}
