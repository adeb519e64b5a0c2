namespace Koda.Server.Http.Rest;

/// <summary>How the REST, feed and WebSocket faces behave.</summary>
internal sealed class RestOptions
{
    /// <summary>The largest request body, and the largest WebSocket message, in bytes.</summary>
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
