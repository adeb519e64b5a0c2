namespace Koda.Rpc;

/// <summary>Makes the HTTP/2 transport of a channel, without the conveniences of a browser, which cost time on each call.</summary>
internal static class Transport
{
    public static HttpMessageInvoker[] Connect(RpcChannelOptions options, ChannelSecurity security)
    {
        if (options.HttpHandler is { } handler)
            return [new HttpMessageInvoker(handler, options.DisposeHttpHandler)];
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Connections, 1);
        var connections = new HttpMessageInvoker[options.Connections];
        for (var i = 0; i < connections.Length; i++)
            connections[i] = new HttpMessageInvoker(CreateHandler(options, security));
        return connections;
    }

    private static SocketsHttpHandler CreateHandler(RpcChannelOptions options, ChannelSecurity security)
    {
        var handler = new SocketsHttpHandler
        {
            ActivityHeadersPropagator = null,
            AllowAutoRedirect = false,
            UseCookies = false,
            // A proxy can only tunnel HTTP/2 that is inside TLS.
            UseProxy = security.IsSecure,
            EnableMultipleHttp2Connections = true,
            ConnectTimeout = options.ConnectTimeout,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            KeepAlivePingDelay = options.KeepAlivePingDelay,
            KeepAlivePingTimeout = options.KeepAlivePingTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        };
        if (security.CreateTlsOptions() is { } tls)
            handler.SslOptions = tls;
        return handler;
    }
}
