namespace Koda.Server.Http;

/// <summary>How the server talks.</summary>
internal sealed class RpcOptions
{
    /// <summary>Compresses replies by gzip for callers that accept it, except where a handler asks for no compression.</summary>
    public bool CompressReplies { get; set; }

    /// <summary>The web origins that may call from a browser, such as `https://example.org`; `*` for any. Empty: same origin only.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; set; } = [];

    /// <summary>How long streams may go on after the shutdown began, before they are cancelled.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(5);
}
