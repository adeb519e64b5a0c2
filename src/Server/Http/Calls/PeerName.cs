using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Koda.Server.Http;

/// <summary>The peer as gRPC writes it: `ipv4:127.0.0.1:4711`, `ipv6:[::1]:4711` or `unknown`.</summary>
internal static class PeerName
{
    public static string Of(ConnectionInfo connection) => connection.RemoteIpAddress switch
    {
        { AddressFamily: AddressFamily.InterNetwork } address => $"ipv4:{address}:{connection.RemotePort}",
        { AddressFamily: AddressFamily.InterNetworkV6 } address => $"ipv6:[{address}]:{connection.RemotePort}",
        _ => "unknown",
    };
}
