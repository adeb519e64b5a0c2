using System.Net;
using System.Net.Sockets;

namespace Koda.Testing;

/// <summary>A port that nobody listens on, for programs that cannot choose one themselves or keep it over restarts.</summary>
public static class FreePort
{
    /// <summary>The next one.</summary>
    public static int Next()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
