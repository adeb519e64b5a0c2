using Microsoft.AspNetCore.Http;

namespace Koda.Server.Surfaces.ControlPlane;

/// <summary>Whether a caller on this machine may register the owner without a setup code.</summary>
/// <param name="IsEnabled">The server's setting.</param>
internal sealed record LoopbackTrust(bool IsEnabled)
{
    /// <summary>True for a direct caller on this machine that is a program of the server's own user and no web page.</summary>
    public bool Covers(HttpContext http) =>
        IsEnabled && LoopbackPeer.IsDirect(http) && http.Request.Headers.Origin.Count == 0 && LoopbackPeer.Owner(http) == PeerOwner.Self;
}
