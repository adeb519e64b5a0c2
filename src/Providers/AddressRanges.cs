using System.Net;
using System.Net.Sockets;

namespace Koda.Providers;

/// <summary>Sorts IP addresses by who may be asked there.</summary>
internal static class AddressRanges
{
    // Link-local ranges hold the metadata services of clouds, which hand out credentials to whoever can reach them.
    private static readonly IPNetwork[] s_forbidden =
    [
        IPNetwork.Parse("0.0.0.0/8"), IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("224.0.0.0/4"), IPNetwork.Parse("240.0.0.0/4"),
        IPNetwork.Parse("100.100.100.200/32"), IPNetwork.Parse("168.63.129.16/32"), IPNetwork.Parse("192.0.0.192/32"),
        IPNetwork.Parse("::/128"), IPNetwork.Parse("fe80::/10"), IPNetwork.Parse("ff00::/8"),
        IPNetwork.Parse("fd00:ec2::254/128"), IPNetwork.Parse("fd20:ce::254/128"),
    ];

    private static readonly IPNetwork[] s_private =
    [
        IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.168.0.0/16"), IPNetwork.Parse("127.0.0.0/8"),
        IPNetwork.Parse("100.64.0.0/10"), IPNetwork.Parse("192.0.0.0/24"), IPNetwork.Parse("198.18.0.0/15"),
        IPNetwork.Parse("::1/128"), IPNetwork.Parse("fc00::/7"), IPNetwork.Parse("fec0::/10"),
    ];

    // Addresses of these ranges carry an IPv4 address in their last or middle bytes.
    private static readonly IPNetwork s_nat64 = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPNetwork s_sixToFour = IPNetwork.Parse("2002::/16");
    private static readonly IPNetwork s_compatible = IPNetwork.Parse("::/96");

    /// <summary>Whether nobody may be asked there: link-local, metadata services, multicast and reserved addresses.</summary>
    public static bool IsForbidden(IPAddress address) => Contains(s_forbidden, Embedded(address));

    /// <summary>Whether the address is this machine's or its network's.</summary>
    public static bool IsPrivate(IPAddress address) => Contains(s_private, Embedded(address));

    private static bool Contains(IPNetwork[] networks, IPAddress address) =>
        networks.Any(network => network.BaseAddress.AddressFamily == address.AddressFamily && network.Contains(address));

    private static IPAddress Embedded(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address;
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        var bytes = address.GetAddressBytes();
        if (s_nat64.Contains(address))
            return new IPAddress(bytes.AsSpan(12, 4));
        if (s_sixToFour.Contains(address))
            return new IPAddress(bytes.AsSpan(2, 4));
        var isPlain = address.Equals(IPAddress.IPv6Loopback) || address.Equals(IPAddress.IPv6Any);
        return s_compatible.Contains(address) && !isPlain ? new IPAddress(bytes.AsSpan(12, 4)) : address;
    }
}
