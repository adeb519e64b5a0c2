using System.Net;
using Xunit;

namespace Koda.Worker.Tests.Providers;

/// <summary>Both ends of every block of IANA's special-purpose registries, and their neighbours.</summary>
public sealed class AddressRangesTests
{
    private const string Global = """
        1.0.0.0 8.8.8.8 9.255.255.255 11.0.0.0 93.184.216.34 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 168.63.129.15 168.63.129.17
        169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 191.255.255.255 192.0.0.9 192.0.0.10 192.0.1.0 192.0.1.255 192.0.3.0 192.31.196.1 192.52.193.1
        192.88.98.255 192.88.100.0 192.167.255.255 192.169.0.0 192.175.48.1 198.17.255.255 198.20.0.0 198.51.99.255 198.51.101.0 203.0.112.255 203.0.114.0
        223.255.255.255
        ::ffff:8.8.8.8 64:ff9b::8.8.8.8 2000:: 2001:1::1 2001:1::2 2001:1::3 2001:3:: 2001:3:ffff:ffff:ffff:ffff:ffff:ffff 2001:4:112:: 2001:4:112:ffff:ffff:ffff:ffff:ffff
        2001:20:: 2001:2f:ffff:ffff:ffff:ffff:ffff:ffff 2001:30:: 2001:3f:ffff:ffff:ffff:ffff:ffff:ffff 2001:200:: 2001:db7:ffff:ffff:ffff:ffff:ffff:ffff 2001:db9::
        2002:808:808::1 2003:: 2606:4700::1111 2620:4f:8000::1 2606:4700::5efe:8.8.8.8 2606:4700::200:5efe:8.8.8.8 3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff 3fff:1000::
        3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
        """;

    private const string Local = """
        10.0.0.0 10.255.255.255 100.64.0.0 100.100.100.199 100.100.100.201 100.127.255.255 127.0.0.0 127.0.0.1 127.255.255.255 172.16.0.0 172.31.255.255
        192.0.0.0 192.0.0.7 192.0.0.8 192.0.0.11 192.0.0.170 192.0.0.171 192.0.0.191 192.0.0.193 192.0.0.255 192.0.2.0 192.0.2.255 192.88.99.0 192.88.99.255
        192.168.0.0 192.168.255.255 198.18.0.0 198.19.255.255 198.51.100.0 198.51.100.255 203.0.113.0 203.0.113.255
        ::1 ::8.8.8.8 ::10.0.0.1 ::127.0.0.1 ::ffff:10.0.0.1 ::ffff:127.0.0.1 ::ffff:203.0.113.1 ::ffff:0:8.8.8.8 ::ffff:0:10.0.0.1
        64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff 64:ff9b::10.0.0.1 64:ff9b::127.0.0.1 64:ff9b::192.0.2.1 64:ff9b::1:0:0 64:ff9b:1:808:8:800:808:808
        64:ff9b:1:a00:0:100:10.0.0.1 64:ff9b:2:: 100:: 100::ffff:ffff:ffff:ffff 100:0:0:1:: 100:0:0:1:ffff:ffff:ffff:ffff 100:0:0:2::
        1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 2001:0:808:808:0:ffff:f7f7:f7f7 2001:0:a00:1:0:ffff:f7f7:f7f7 2001:1::4 2001:1:: 2001:2:: 2001:2:0:ffff:ffff:ffff:ffff:ffff
        2001:4:111:ffff:ffff:ffff:ffff:ffff 2001:4:113:: 2001:10:: 2001:1f:ffff:ffff:ffff:ffff:ffff:ffff 2001:40:: 2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff
        2001:db8:: 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff 2002:a00:1::1 2002:7f00:1::1 2002:c0a8:101::1 2606:4700::5efe:10.0.0.1 2606:4700::200:5efe:192.168.0.1
        3fff:: 3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff 4000:: 5f00:: 5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff fc00:: fd12:3456::1
        fd00:ec1:ffff:ffff:ffff:ffff:ffff:ffff fd00:ec3:: fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff fe00:: fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff
        fec0:: feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
        """;

    private const string Forbidden = """
        0.0.0.0 0.0.0.1 0.255.255.255 100.100.100.200 168.63.129.16 169.254.0.0 169.254.169.254 169.254.170.2 169.254.255.255 192.0.0.192
        224.0.0.0 239.255.255.255 240.0.0.0 255.255.255.254 255.255.255.255
        :: ::2 ::169.254.169.254 ::ffff:0.0.0.0 ::ffff:169.254.169.254 ::ffff:100.100.100.200 ::ffff:0:169.254.169.254 64:ff9b::a9fe:a9fe 64:ff9b::6464:64c8
        64:ff9b:1:ffff:ff:ff00:1.1.1.1 64:ff9b:1::169.254.169.254 64:ff9b:1:a9fe:a9:fe00:808:808 2001:0:a9fe:a9fe:0:ffff:f7f7:f7f7 2001:0:808:808:0:ffff:5601:5601 2002:a9fe:a9fe::1
        2606:4700::5efe:169.254.169.254 fc00::200:5efe:169.254.169.254 fd00:c1::a9fe:a9fe fd00:ec2:: fd00:ec2::23 fd00:ec2::254 fd00:42::42 fd20:ce::254
        fe80:: fe80::1 fe80::5efe:8.8.8.8 febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff ff00:: ff02::1 ff0e::1 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
        """;

    [Fact]
    public void What_the_internet_reaches_is_global() => All(Global, AddressReach.Global);

    [Fact]
    public void What_only_some_network_reaches_is_local() => All(Local, AddressReach.Local);

    [Fact]
    public void Where_nobody_asks_is_forbidden() => All(Forbidden, AddressReach.Forbidden);

    [Fact]
    public void A_mapped_address_is_judged_like_the_one_that_it_means()
    {
        foreach (
            var (addresses, reach) in new[]
            {
                (Global, AddressReach.Global),
                (Local, AddressReach.Local),
                (Forbidden, AddressReach.Forbidden),
            })
            All(string.Join(' ', Each(addresses).Where(address => !address.Contains(':')).Select(address => $"::ffff:{address}")), reach);
    }

    private static void All(string addresses, AddressReach reach)
    {
        var wrong = Each(addresses)
            .Select(IPAddress.Parse)
            .Where(address => AddressRanges.Of(address) != reach)
            .Select(address => $"{address}: {AddressRanges.Of(address)}");
        Assert.Empty(wrong);
    }

    private static string[] Each(string addresses) => addresses.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
