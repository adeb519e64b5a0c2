using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Koda.Server.Http;

internal static class OnePortExtensions
{
    private static readonly TimeSpan s_keepAlivePingDelay = TimeSpan.FromSeconds(30);

    /// <summary>Listens without TLS for HTTP/1.1 and for HTTP/2 with prior knowledge on the same port.</summary>
    public static void ListenOnePort(this KestrelServerOptions kestrel, EndPoint endpoint)
    {
        kestrel.Limits.Http2.KeepAlivePingDelay = s_keepAlivePingDelay;
        var dispatcher = new ConnectionDispatcher(kestrel.Limits.RequestHeadersTimeout);
        ListenOptions? visible = null;
        kestrel.Listen(endpoint, listen =>
        {
            visible = listen;
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(dispatcher.Dispatch);
        });
        kestrel.Listen(new InertEndPoint(() => $"{visible?.EndPoint} (HTTP/2)"), listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.Use(dispatcher.CaptureHttp2);
        });
    }

    /// <summary>Listens with TLS for HTTP/1.1 and HTTP/2, between which the handshake decides (ALPN).</summary>
    /// <param name="kestrel">The server.</param>
    /// <param name="endpoint">The address.</param>
    /// <param name="tls">Turns TLS on, by one of Kestrel's `UseHttps`.</param>
    public static void ListenOnePort(this KestrelServerOptions kestrel, EndPoint endpoint, Action<ListenOptions> tls)
    {
        kestrel.Limits.Http2.KeepAlivePingDelay = s_keepAlivePingDelay;
        kestrel.Listen(endpoint, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            tls(listen);
        });
    }
}
