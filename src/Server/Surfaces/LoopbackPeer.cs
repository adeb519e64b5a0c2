using System.Net;
using System.Net.Sockets;
using Koda.Server.Infrastructure.Network;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Koda.Server.Surfaces;

/// <summary>Callers on this machine.</summary>
internal static class LoopbackPeer
{
    private static readonly object s_user = new();

    /// <summary>
    /// True for a loopback peer that asks for a loopback name and was not forwarded: a proxy on this machine is such a peer for everybody,
    /// and a web page reaches this machine by a name of its own.
    /// </summary>
    public static bool IsDirect(HttpContext http) =>
        http.Connection.RemoteIpAddress is { } peer
        && IPAddress.IsLoopback(peer)
        && (
            http.Request.Host.Host == "localhost"
            || (IPAddress.TryParse(http.Request.Host.Host.Trim('[', ']'), out var host) && IPAddress.IsLoopback(host)))
        && !http.Request.Headers.Keys.Any(IsForwarded);

    /// <summary>Whose program the caller is.</summary>
    public static PeerOwner Owner(HttpContext http)
    {
        // The same for all calls of a connection, and asked for once.
        var items = http.Features.Get<IConnectionItemsFeature>()?.Items;
        if (items is not null && items.TryGetValue(s_user, out var known))
            return (PeerOwner)known!;
        var user = UserOf(http.Features.Get<IConnectionSocketFeature>()?.Socket);
        var owner = user is null ? PeerOwner.Unknown : user == PeerUser.Own ? PeerOwner.Self : PeerOwner.Other;
        items?[s_user] = owner;
        return owner;
    }

    // The ends of the connection itself, whatever a proxy says of the caller.
    private static uint? UserOf(Socket? socket)
    {
        try
        {
            return socket is { RemoteEndPoint: IPEndPoint peer, LocalEndPoint: IPEndPoint here } ? PeerUser.Of(peer, here) : null;
        }
        catch (Exception gone) when (gone is ObjectDisposedException or SocketException)
        {
            return null;
        }
    }

    // What a trusted proxy said is kept under the second name.
    private static bool IsForwarded(string header) =>
        header.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase)
        || header.StartsWith("X-Original-", StringComparison.OrdinalIgnoreCase)
        || header.Equals("Forwarded", StringComparison.OrdinalIgnoreCase);
}

/// <summary>Whose program a caller on this machine is.</summary>
internal enum PeerOwner
{
    /// <summary>That cannot be known: this system does not tell, or the caller is in another network namespace or gone.</summary>
    Unknown,

    /// <summary>A program of the server's own user.</summary>
    Self,

    /// <summary>A program of another user.</summary>
    Other,
}
