using Koda.Protos.Common.V1;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Koda.Server.Http.Rest;

/// <summary>
/// The path as the caller sent it. The server's own decoded path cannot tell <c>%2F</c> from <c>%252F</c>, so an id with a slash would be
/// lost.
/// </summary>
internal static class RestPath
{
    /// <summary>The segments, still encoded, that a template which matched the decoded path binds.</summary>
    /// <exception cref="RpcFault">ROUTE_NOT_FOUND: as it was sent, the path is another.</exception>
    public static IReadOnlyList<string> Match(HttpContext http, RouteTemplate template)
    {
        var target = http.Features.Get<IHttpRequestFeature>()?.RawTarget;
        var path = (target is ['/', ..] ? target : http.Request.Path.ToUriComponent()).Split('?')[0];
        var segments = path[1..].Split('/');
        // Empty segments name nothing; dot segments were resolved for whoever looked at the decoded path before, so they must not mean
        // something else here.
        if (segments.Any(segment => segment.Length == 0 || Uri.UnescapeDataString(segment) is "." or ".."))
            throw new RpcFault(ErrorReason.RouteNotFound, $"No route has the path {http.Request.Path}.");
        if (template.Verb.Length > 0)
            segments[^1] = segments[^1][..segments[^1].LastIndexOf(':')];
        return segments;
    }
}
