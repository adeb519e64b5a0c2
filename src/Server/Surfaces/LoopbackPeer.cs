using System.Net;
using Microsoft.AspNetCore.Http;

namespace Koda.Server.Surfaces;

/// <summary>Callers on this machine.</summary>
internal static class LoopbackPeer
{
    /// <summary>
    /// True for a loopback peer that asks for a loopback name and was not forwarded: a proxy on this machine is such a peer for everybody, and a web page
    /// reaches this machine by a name of its own.
    /// </summary>
    public static bool IsDirect(HttpContext http) =>
        http.Connection.RemoteIpAddress is { } peer && IPAddress.IsLoopback(peer)
        && (http.Request.Host.Host == "localhost" || (IPAddress.TryParse(http.Request.Host.Host.Trim('[', ']'), out var host) && IPAddress.IsLoopback(host)))
        && !http.Request.Headers.Keys.Any(name => name.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase) || name.Equals("Forwarded", StringComparison.OrdinalIgnoreCase));
}
