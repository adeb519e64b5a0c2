using Microsoft.AspNetCore.Http;

namespace Koda.Server.Http.Feeds;

/// <summary>Which of the two forms of a feed a caller asks for.</summary>
internal static class FeedFormat
{
    public const string Sse = "text/event-stream";
    public const string Ndjson = "application/x-ndjson";

    public static bool IsAskedFor(HttpRequest request) => Accepts(request, Sse) || Accepts(request, Ndjson);

    /// <summary>Server-sent events where they are asked for, or where the contract declares them and the caller asks for nothing.</summary>
    public static bool IsSse(HttpRequest request, RpcMethod method) =>
        Accepts(request, Sse) || (method.Policy.Sse is not null && !Accepts(request, Ndjson));

    private static bool Accepts(HttpRequest request, string type) =>
        request.Headers.Accept.Any(accept => accept is not null && accept.Contains(type, StringComparison.OrdinalIgnoreCase));
}
