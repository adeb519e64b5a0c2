using Microsoft.AspNetCore.Http;

namespace Koda.Server.Http.Rest;

/// <summary>Names a request by the caller's own <c>X-Request-Id</c>, where it is fit to be logged, and tells the caller the name.</summary>
internal static class RequestIdentity
{
    public const string Header = "X-Request-Id";
    private const int MaxLength = 128;

    public static void Adopt(HttpContext http)
    {
        var given = http.Request.Headers[Header];
        if (given is [{ Length: > 0 and <= MaxLength } id] && !id.AsSpan().ContainsAnyExceptInRange('!', '~'))
            http.TraceIdentifier = id;
        http.Response.Headers[Header] = http.TraceIdentifier;
    }
}
