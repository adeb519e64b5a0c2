using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;
using IPNetwork = System.Net.IPNetwork;

namespace Koda.Server.Hosting;

/// <summary>Believes the forwarded headers of listed proxies, and of nobody else.</summary>
internal static class TrustedProxies
{
    /// <summary>Reads addresses and networks such as <c>10.0.0.7</c> and <c>10.0.0.0/8</c>.</summary>
    /// <exception cref="FormatException">One is neither.</exception>
    public static IReadOnlyList<IPNetwork> Parse(IEnumerable<string> texts) =>
    [
        .. texts.Select(text => IPNetwork.TryParse(text, out var network)
            ? network
            : IPAddress.TryParse(text, out var address)
                ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
                : throw new FormatException($"KODA_TRUSTED_PROXIES: {text} is neither an address nor a network")),
    ];

    public static void UseForwardedHeadersOf(this IApplicationBuilder app, IReadOnlyList<IPNetwork> proxies)
    {
        if (proxies.Count == 0)
            return;
        // Each hop is looked at from the nearest on, until one that is not listed: that is the client.
        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost,
            ForwardLimit = null,
        };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var proxy in proxies)
            options.KnownIPNetworks.Add(proxy);
        app.UseForwardedHeaders(options);
    }
}
