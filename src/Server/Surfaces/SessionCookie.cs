using Koda.Server.Engine.Sessions;
using Microsoft.AspNetCore.Http;

namespace Koda.Server.Surfaces;

/// <summary>The cookie in which a browser keeps its session: out of reach of scripts and of other sites.</summary>
/// <param name="AlwaysSecure">True to send it over TLS only, also when this server cannot see that there is a proxy with TLS before
/// it.</param>
internal sealed record SessionCookie(bool AlwaysSecure)
{
    public const string Name = "koda_operator_session";

    public void Set(HttpContext http, string secret) => http.Response.Cookies.Append(Name, secret, Options(http, StartSession.Life));

    public void Clear(HttpContext http) => http.Response.Cookies.Append(Name, "", Options(http, TimeSpan.Zero));

    /// <summary>How every cookie of this server is kept.</summary>
    public CookieOptions Options(HttpContext http, TimeSpan maxAge) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = AlwaysSecure || http.Request.IsHttps,
        Path = "/",
        MaxAge = maxAge,
    };
}
