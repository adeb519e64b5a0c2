using Koda.Protos.Common.V1;
using Koda.Server.Http;
using Koda.Server.Engine.Principals;
using Koda.Server.Surfaces;
using Microsoft.AspNetCore.Http;

namespace Koda.Server.Hosting;

/// <summary>
/// Programs on the server's own machine, which may use coding sessions without a credential: where the server is bound to loopback, the
/// call comes from there by a program of the server's own user, asks for a loopback name (a page that rebinds its own name to this address
/// does not) and was not sent by a page of another site.
/// </summary>
/// <param name="isEnabled">The server is bound to loopback, and its owner has not switched this off.</param>
internal sealed class LoopbackCallers(bool isEnabled)
{
    private const string How = "Sign in by `koda login`, or send Authorization: Bearer <token>.";

    private static readonly CallPrincipal s_local = new("local", "this machine", Scopes.Expand(["code"]));

    /// <summary>The caller, or null when it needs a credential.</summary>
    /// <exception cref="RpcFault">CROSS_SITE: a page of another site sent the call. UNAUTHENTICATED: it is not known to be a program of the
    /// server's user.</exception>
    public CallPrincipal? Admit(HttpContext http)
    {
        if (!isEnabled || !LoopbackPeer.IsDirect(http))
            return null;
        if (CrossSiteGuard.IsCrossSite(http.Request))
            throw new RpcFault(ErrorReason.CrossSite, "A page of another site may not act on this machine's sessions.");
        return LoopbackPeer.Owner(http) switch
        {
            PeerOwner.Self => s_local,
            PeerOwner.Other => throw new RpcFault(
                ErrorReason.Unauthenticated,
                $"Programs of other users of this machine need a credential. {How}"),
            _ => throw new RpcFault(
                ErrorReason.Unauthenticated,
                $"Which user's program calls cannot be known here, so that it needs a credential. {How}"),
        };
    }
}
