using Koda.Server.Engine.Devices;
using Microsoft.AspNetCore.Http;

namespace Koda.Server.Surfaces;

/// <summary>
/// The token by which a device is known again: browsers keep it as a cookie, other clients send it as the header <c>Koda-Device</c>.
/// </summary>
internal static class DeviceCookie
{
    public const string Name = "koda_device";
    public const string Header = "Koda-Device";

    /// <summary>The caller's token. Empty: it has none.</summary>
    public static string Read(HttpContext http) =>
        http.Request.Headers[Header] is [{ Length: > 0 } sent] ? sent : http.Request.Cookies[Name] ?? "";

    public static void Set(HttpContext http, SessionCookie like, string secret) =>
        http.Response.Cookies.Append(Name, secret, like.Options(http, KnownDeviceStore.Life));
}
