using Grpc.Net.Client;

namespace Koda.Client.Calls;

/// <summary>How connections to a server are kept.</summary>
public static class ChannelSettings
{
    // A feed may be silent for hours; without pings a peer that vanished would look like one that has nothing to say.
    private static readonly TimeSpan s_pingDelay = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_pingTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_connectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Connections over HTTP/2 that notice within 15 seconds, while there are calls, that their server is gone without a word.
    /// </summary>
    public static SocketsHttpHandler CreateHandler(Uri server) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        // A proxy can only tunnel HTTP/2 that is inside TLS.
        UseProxy = server.Scheme == Uri.UriSchemeHttps,
        EnableMultipleHttp2Connections = true,
        ConnectTimeout = s_connectTimeout,
        PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
        KeepAlivePingDelay = s_pingDelay,
        KeepAlivePingTimeout = s_pingTimeout,
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
    };

    internal static GrpcChannelOptions Create(KodaClientOptions options) => new()
    {
        HttpHandler = options.HttpHandler ?? CreateHandler(options.Url),
        DisposeHttpClient = options.HttpHandler is null,
        MaxReceiveMessageSize = null,
    };
}
