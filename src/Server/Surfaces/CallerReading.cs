using Grpc.Core;
using Koda.Server.Http;
using Koda.Server.Engine;
using Koda.Server.Engine.Audit;
using Microsoft.AspNetCore.Http;

namespace Koda.Server.Surfaces;

/// <summary>Tells the engine who calls, and from where.</summary>
internal static class CallerReading
{
    private const int MaxUserAgent = 256;

    public static Caller From(ServerCallContext context) => From(context.GetHttpContext());

    public static Caller From(HttpContext http)
    {
        var agent = http.Request.Headers.UserAgent.ToString();
        var principal = CallPrincipal.Of(http);
        return new Caller(
            principal.Id,
            principal.Name,
            (principal as AuthenticatedPrincipal)?.Caller.Credential ?? CredentialKind.None,
            (principal as AuthenticatedPrincipal)?.Caller.CredentialId,
            http.Connection.RemoteIpAddress?.ToString() ?? "",
            StorableText.Cut(agent, MaxUserAgent));
    }
}
