using System.Net;
using System.Net.Sockets;

namespace Koda.Server.Engine.RateLimits;

/// <summary>Whom calls from an address are counted for.</summary>
internal static class Subscriber
{
    // Networks give their subscribers whole /64s of IPv6, so one address more costs nothing there.
    private const int SubscriberBytes = 8;

    public static string Of(IPAddress? address) =>
        address switch
        {
            null => "local",
            { IsIPv4MappedToIPv6: true } => address.MapToIPv4().ToString(),
            { AddressFamily: AddressFamily.InterNetworkV6 } =>
                $"{new IPAddress([.. address.GetAddressBytes()[..SubscriberBytes], .. new byte[SubscriberBytes]])}/64",
            _ => address.ToString(),
        };
}
