using System.Net;
using System.Net.Sockets;

namespace Koda.Worker.Tools;

/// <summary>
/// Connections that reach public addresses only. The address that is checked is the one connected to, whatever a name resolves to later.
/// </summary>
internal static class GuardedConnection
{
    /// <param name="allowPrivate">Whether loopback and private addresses are reached too.</param>
    public static SocketsHttpHandler Handler(bool allowPrivate) => new()
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.All,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        UseCookies = false,
        UseProxy = false,
        ConnectCallback = async (connection, ct) => await ConnectAsync(connection.DnsEndPoint, allowPrivate, ct),
    };

    /// <summary>Whether an address may be connected to.</summary>
    public static bool Allows(IPAddress address, bool allowPrivate) =>
        !AddressRanges.IsForbidden(address) && (allowPrivate || !AddressRanges.IsPrivate(address));

    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint target, bool allowPrivate, CancellationToken ct)
    {
        var addresses = await Dns.GetHostAddressesAsync(target.Host, ct);
        var allowed = addresses.Where(address => Allows(address, allowPrivate)).ToArray();
        if (allowed.Length == 0)
            throw new ToolException($"{target.Host} is a local or private address, which is refused.");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, target.Port, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
