namespace Koda.Server.Http;

/// <summary>How the server talks.</summary>
internal sealed class RpcOptions
{
    /// <summary>Compresses replies by gzip for callers that accept it, except where a handler asks for no compression.</summary>
    public bool CompressReplies { get; set; }

    /// <summary>
    /// The web origins that may call from a browser, such as `https://example.org`; `*` for any. Empty: same origin only.
    /// </summary>
    public IReadOnlyList<string> AllowedOrigins { get; set; } = [];

    /// <summary>How long streams may go on after the shutdown began, before they are cancelled.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The largest body of a request by REST, and the largest WebSocket message, in bytes.</summary>
    public int MaxBodySize { get; set; } = 1024 * 1024;

    /// <summary>How long a feed may be silent before a comment is sent, so that proxies do not take it for dead.</summary>
    public TimeSpan FeedPing { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a feed's client should wait before it connects again.</summary>
    public TimeSpan FeedRetry { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a peer of a feed or WebSocket may leave what it was sent unread before the connection is cut.</summary>
    public TimeSpan WriteTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The time between pings on a WebSocket.</summary>
    public TimeSpan SocketPing { get; set; } = TimeSpan.FromSeconds(15);
}
