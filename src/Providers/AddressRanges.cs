using System.Net;
using System.Net.Sockets;

namespace Koda.Providers;

/// <summary>
/// Sorts IP addresses by who may be asked there, as IANA's special-purpose registries (of October 2025) have them. The longest prefix that
/// fits decides; of IPv6 only what is allocated (2000::/3) is global. Where an address carries an IPv4 address that some gateway would
/// deliver to, the stricter of both decides.
/// </summary>
internal static class AddressRanges
{
    private static readonly (IPNetwork Network, AddressReach Reach)[] s_table = [.. new (string Network, AddressReach Reach)[]
    {
        ("0.0.0.0/0", AddressReach.Global),
        ("0.0.0.0/8", AddressReach.Forbidden), // this network
        ("10.0.0.0/8", AddressReach.Local),
        ("100.64.0.0/10", AddressReach.Local), // shared by carriers
        ("100.100.100.200/32", AddressReach.Forbidden), // metadata
        ("127.0.0.0/8", AddressReach.Local),
        ("168.63.129.16/32", AddressReach.Forbidden), // metadata
        ("169.254.0.0/16", AddressReach.Forbidden), // link-local, with the metadata services of clouds
        ("172.16.0.0/12", AddressReach.Local),
        ("192.0.0.0/24", AddressReach.Local), // protocol assignments
        ("192.0.0.9/32", AddressReach.Global), // port control anycast
        ("192.0.0.10/32", AddressReach.Global), // TURN anycast
        ("192.0.0.192/32", AddressReach.Forbidden), // metadata
        ("192.0.2.0/24", AddressReach.Local), // documentation
        ("192.88.99.0/24", AddressReach.Local), // 6to4 relays, deprecated
        ("192.168.0.0/16", AddressReach.Local),
        ("198.18.0.0/15", AddressReach.Local), // benchmarks
        ("198.51.100.0/24", AddressReach.Local), // documentation
        ("203.0.113.0/24", AddressReach.Local), // documentation
        ("224.0.0.0/4", AddressReach.Forbidden), // multicast
        ("240.0.0.0/4", AddressReach.Forbidden), // reserved, and broadcast

        ("::/0", AddressReach.Local), // not allocated
        ("2000::/3", AddressReach.Global),
        ("::/128", AddressReach.Forbidden),
        ("::1/128", AddressReach.Local),
        ("64:ff9b::/96", AddressReach.Global), // NAT64: the embedded address decides
        ("64:ff9b:1::/48", AddressReach.Local), // NAT64 of one network
        ("100::/64", AddressReach.Local), // discarded
        ("100:0:0:1::/64", AddressReach.Local), // dummy
        ("2001::/23", AddressReach.Local), // protocol assignments, with Teredo, benchmarks and ORCHID
        ("2001:1::1/128", AddressReach.Global), // port control anycast
        ("2001:1::2/128", AddressReach.Global), // TURN anycast
        ("2001:1::3/128", AddressReach.Global), // DNS-SD registration anycast
        ("2001:3::/32", AddressReach.Global), // AMT
        ("2001:4:112::/48", AddressReach.Global), // AS112
        ("2001:20::/28", AddressReach.Global), // ORCHIDv2
        ("2001:30::/28", AddressReach.Global), // drone remote id
        ("2001:db8::/32", AddressReach.Local), // documentation
        ("2002::/16", AddressReach.Global), // 6to4: the embedded address decides
        ("3fff::/20", AddressReach.Local), // documentation
        ("5f00::/16", AddressReach.Local), // segment routing
        ("fc00::/7", AddressReach.Local), // unique local
        ("fd00:c1::a9fe:a9fe/128", AddressReach.Forbidden), // metadata
        ("fd00:ec2::/32", AddressReach.Forbidden), // metadata and credentials
        ("fd00:42::42/128", AddressReach.Forbidden), // metadata
        ("fd20:ce::254/128", AddressReach.Forbidden), // metadata
        ("fe80::/10", AddressReach.Forbidden), // link-local
        ("fec0::/10", AddressReach.Local), // site-local, deprecated
        ("ff00::/8", AddressReach.Forbidden), // multicast
    }.Select(row => (Network: IPNetwork.Parse(row.Network), row.Reach)).OrderByDescending(row => row.Network.PrefixLength)];

    private static readonly IPNetwork s_compatible = IPNetwork.Parse("::/96");
    private static readonly IPNetwork s_translated = IPNetwork.Parse("::ffff:0:0:0/96");
    private static readonly IPNetwork s_nat64 = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPNetwork s_localNat64 = IPNetwork.Parse("64:ff9b:1::/48");
    private static readonly IPNetwork s_teredo = IPNetwork.Parse("2001::/32");
    private static readonly IPNetwork s_sixToFour = IPNetwork.Parse("2002::/16");

    /// <summary>Who may be asked at an address.</summary>
    public static AddressReach Of(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            return Of(address.MapToIPv4());
        var own = Array
            .Find(s_table, row => row.Network.BaseAddress.AddressFamily == address.AddressFamily && row.Network.Contains(address))
            .Reach;
        return Embedded(address).Select(Of).Append(own).Max();
    }

    private static IPAddress[] Embedded(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6 || address.Equals(IPAddress.IPv6Loopback))
            return [];
        var bytes = address.GetAddressBytes();
        var last = new IPAddress(bytes.AsSpan(12, 4));
        if (s_nat64.Contains(address) || s_compatible.Contains(address) || s_translated.Contains(address))
            return [last];
        // A network chooses where its own prefix ends (RFC 6052); the two ends that its block has room for first.
        if (s_localNat64.Contains(address))
            return [last, new IPAddress([bytes[6], bytes[7], bytes[9], bytes[10]])];
        if (s_teredo.Contains(address))
            return [new IPAddress(bytes.AsSpan(4, 4)), new IPAddress([.. bytes[12..].Select(part => (byte)~part)])];
        var embedded = s_sixToFour.Contains(address) ? new[] { new IPAddress(bytes.AsSpan(2, 4)) } : [];
        var isIsatap = (bytes[8] & 0xfd) == 0 && bytes[9] == 0 && bytes[10] == 0x5e && bytes[11] == 0xfe;
        return isIsatap ? [.. embedded, last] : embedded;
    }
}
