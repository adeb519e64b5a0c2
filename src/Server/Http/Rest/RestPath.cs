using Koda.Protos.Common.V1;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Koda.Server.Http.Rest;

/// <summary>
/// The path as the caller sent it. The server's own decoded path cannot tell <c>%2F</c> from <c>%252F</c>, so an id with a slash would be lost.
/// </summary>
internal static class RestPath
{
    /// <summary>The segments, still encoded; null when the path can match no route.</summary>
    public static string[]? Split(HttpContext http)
    {
        var target = http.Features.Get<IHttpRequestFeature>()?.RawTarget;
        var path = target is { Length: > 0 } && target[0] == '/' ? target.AsSpan() : http.Request.Path.ToUriComponent().AsSpan();
        var query = path.IndexOf('?');
        if (query >= 0)
            path = path[..query];
        if (path.Length < 2)
            return null;

        var segments = path[1..].ToString().Split('/');
        foreach (var segment in segments)
        {
            // Empty segments name nothing; dot segments were resolved for whoever looked at the decoded path before, so they must not mean
            // something else here.
            if (segment.Length == 0 || Uri.UnescapeDataString(segment) is "." or "..")
                return null;
        }

        return segments;
    }

    /// <summary>The segments that a template which matched the decoded path binds.</summary>
    /// <exception cref="RpcFault">ROUTE_NOT_FOUND: as it was sent, the path is another.</exception>
    public static IReadOnlyList<string> Match(HttpContext http, RouteTemplate template)
    {
        if (Split(http) is not { } path)
            throw new RpcFault(ErrorReason.RouteNotFound, $"No route has the path {http.Request.Path}.");
        if (template.Verb.Length > 0)
            path[^1] = path[^1][..path[^1].LastIndexOf(':')];
        return path;
    }
}
