using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Koda.Providers;

/// <summary>
/// The one way to hosts that agents, people or configuration name. It cannot be talked into asking the wrong machine: what is judged is the
/// address that is connected to, after its name is resolved and for each connection anew, so a name that changes its address gains nothing.
/// Redirects are not followed, so whoever follows one comes by here again; proxies, also those of the environment, are not used, because
/// they would choose the address.
/// </summary>
/// <param name="allowLocal">Whether addresses of this machine and of private networks are reached too. Forbidden ones never are.</param>
internal sealed class OutgoingConnections(bool allowLocal)
{
    // What their names resolve to differs; that they hand out credentials does not.
    private static readonly string[] s_metadataNames = ["instance-data.ec2.internal", "metadata.goog", "metadata.google.internal"];

    /// <summary>Finds the addresses of a name.</summary>
    public Func<string, CancellationToken, Task<IPAddress[]>> Resolve { get; init; } = Dns.GetHostAddressesAsync;

    /// <summary>The addresses of this machine's interfaces at this moment.</summary>
    public Func<IEnumerable<IPAddress>> OwnAddresses { get; init; } = InterfaceAddresses;

    /// <summary>A handler that connects this way. Its user may change what is not about where it connects to.</summary>
    public SocketsHttpHandler CreateHandler(TimeSpan connectTimeout) => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        // A small body may unpack to a huge one; who reads counts after unpacking.
        AutomaticDecompression = DecompressionMethods.All,
        ConnectTimeout = connectTimeout,
        PooledConnectionLifetime = TimeSpan.FromMinutes(1),
        ConnectCallback = (context, cancellationToken) => Connect(context.DnsEndPoint, cancellationToken),
    };

    /// <summary>Whether an address may be connected to.</summary>
    public bool Allows(IPAddress address) => ReachOf(address) switch
    {
        AddressReach.Global => true,
        AddressReach.Local => allowLocal,
        _ => false,
    };

    /// <summary>Whether a host may be asked as far as its name tells. Other names are judged when they are connected to.</summary>
    public bool Allows(string host)
    {
        if (IPAddress.TryParse(host.Trim('[', ']'), out var address))
            return Allows(address);
        var name = host.TrimEnd('.');
        return !s_metadataNames.Contains(name, StringComparer.OrdinalIgnoreCase) && (allowLocal || !IsLocalhost(name));
    }

    /// <summary>
    /// Whether whoever wrote this address meant a private machine: it is a private address or <c>localhost</c>, literally.
    /// </summary>
    public bool NamesLocalMachine(Uri url) =>
        IPAddress.TryParse(url.Host.Trim('[', ']'), out var address)
            ? ReachOf(address) == AddressReach.Local
            : IsLocalhost(url.Host.TrimEnd('.'));

    private AddressReach ReachOf(IPAddress address)
    {
        var reach = AddressRanges.Of(address);
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return reach == AddressReach.Global && OwnAddresses().Contains(plain) ? AddressReach.Local : reach;
    }

    private async ValueTask<Stream> Connect(DnsEndPoint target, CancellationToken cancellationToken)
    {
        if (!Allows(target.Host))
            throw new AddressRefusedException(target.Host);
        var addresses = IPAddress.TryParse(target.Host, out var literal) ? [literal] : await Resolve(target.Host, cancellationToken);
        var allowed = Array.FindAll(addresses, Allows);
        if (allowed.Length == 0)
            throw new AddressRefusedException(target.Host);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            await socket.ConnectAsync(allowed, target.Port, cancellationToken);
            // Routes can lead home without an interface that has the address; who speaks to itself comes from where it goes.
            if (!allowLocal && ((IPEndPoint)socket.LocalEndPoint!).Address.Equals(((IPEndPoint)socket.RemoteEndPoint!).Address))
                throw new AddressRefusedException(target.Host);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static bool IsLocalhost(string name) =>
        name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<IPAddress> InterfaceAddresses() =>
        NetworkInterface.GetAllNetworkInterfaces().SelectMany(each => each.GetIPProperties().UnicastAddresses).Select(each => each.Address);
}
