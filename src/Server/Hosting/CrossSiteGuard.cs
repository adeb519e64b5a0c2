using Koda.Protos.Common.V1;
using Koda.Server.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Koda.Server.Hosting;

/// <summary>
/// Keeps pages of other sites from acting with a browser's cookie. Reading needs no guard: the browser gives them no answer to read.
/// </summary>
internal static class CrossSiteGuard
{
    /// <exception cref="RpcFault">CROSS_SITE; UNSUPPORTED_MEDIA_TYPE for what a plain form could have sent.</exception>
    public static void Check(HttpRequest request)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
            return;
        if (IsCrossSite(request))
            throw new RpcFault(ErrorReason.CrossSite, "A page of another site may not act with this site's cookie.");
        if (!IsJsonOrGrpc(request.ContentType))
            throw new RpcFault(
                ErrorReason.UnsupportedMediaType, "With a cookie, requests that change something must be sent as application/json.");
    }

    /// <summary>A page of another site sent the request, as far as the browser says.</summary>
    public static bool IsCrossSite(HttpRequest request) =>
        request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site" || IsForeign(request);

    private static bool IsForeign(HttpRequest request)
    {
        var origin = request.Headers.Origin;
        if (origin.Count == 0)
            return false;
        return origin.Count > 1 || !Uri.TryCreate(origin[0], UriKind.Absolute, out var page)
            || !page.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsJsonOrGrpc(string? contentType) => MediaTypeHeaderValue.TryParse(contentType, out var type)
        && (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || type.MediaType.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase));
}
