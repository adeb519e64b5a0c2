using System.Net;
using System.Net.Sockets;

namespace Koda.Worker.Providers.Wire;

/// <summary>
/// Connections that cannot be talked into asking the wrong machine: the address is judged after the name is resolved, so a name that
/// changes its address gains nothing. Redirects and proxies are off, because both would choose another address.
/// </summary>
internal static class EndpointGuard
{
    private static readonly Lazy<SocketsHttpHandler> s_public = new(() => CreateHandler(allowPrivate: false));
    private static readonly Lazy<SocketsHttpHandler> s_private = new(() => CreateHandler(allowPrivate: true));

    /// <summary>The shared handler, never to be disposed by its users.</summary>
    /// <param name="allowPrivate">Whether loopback and private ranges may be asked.</param>
    public static SocketsHttpHandler Handler(bool allowPrivate) => (allowPrivate ? s_private : s_public).Value;

    /// <summary>
    /// Whether whoever wrote this address meant a private machine: it is a private IP address or <c>localhost</c>, literally.
    /// A name that merely resolves to one needs the option <c>allow_private_network</c>.
    /// </summary>
    public static bool NamesPrivateMachine(Uri url) =>
        url.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(url.Host.Trim('[', ']'), out var address) && AddressRanges.IsPrivate(address));

    private static SocketsHttpHandler CreateHandler(bool allowPrivate) => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.All,
        ConnectTimeout = TimeSpan.FromSeconds(15),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ConnectCallback = (context, ct) => ConnectAsync(context.DnsEndPoint, allowPrivate, ct),
    };

    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint endPoint, bool allowPrivate, CancellationToken ct)
    {
        var addresses = IPAddress.TryParse(endPoint.Host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(endPoint.Host, ct);
        var allowed = Array.FindAll(addresses, address =>
            !AddressRanges.IsForbidden(address) && (allowPrivate || !AddressRanges.IsPrivate(address)));
        if (allowed.Length == 0)
        {
            throw new ProviderException(
                ProviderErrorCode.InvalidRequest,
                $"Connecting to {endPoint.Host} is refused: it is a private or metadata address. "
                + "Set allow_private_network in the provider's options if a private one is meant.",
                retryable: false);
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, endPoint.Port, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
