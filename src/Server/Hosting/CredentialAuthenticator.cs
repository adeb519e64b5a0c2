using Koda.Protos.Common.V1;
using Koda.Rpc.AspNetCore;
using Koda.Server.Engine;
using Koda.Server.Engine.Principals;
using Koda.Server.Engine.Sessions;
using Koda.Server.Engine.Settings;
using Koda.Server.Surfaces;
using Microsoft.AspNetCore.Http;

namespace Koda.Server.Hosting;

/// <summary>
/// Authenticates calls by `Authorization: Bearer`, `X-Runtime-Token`, or the session's cookie, in this order; the same over gRPC, REST and feeds. A method
/// that anybody may call takes a credential that is not valid for none, so that a stale cookie keeps nobody from signing in.
/// </summary>
internal sealed class CredentialAuthenticator(
    AuthenticateBearer bearer, AuthenticateRuntimeToken runtimeToken, AuthenticateSession sessions, AdmitUser admitUser,
    LoopbackCallers loopback) : ICallAuthenticator
{
    private const string Scheme = "Bearer ";
    private const string RuntimeHeader = "X-Runtime-Token";

    public async ValueTask<CallPrincipal?> AuthenticateAsync(HttpContext http, RpcMethod method, CancellationToken cancellationToken)
    {
        // Whether the server is ready is asked most when its database is gone, and with it whatever could be known of the caller.
        if (method.Policy.UnavailableUnless.Length > 0)
            return null;
        try
        {
            if (await Find(http, cancellationToken) is not { } caller)
                return method.Policy.AnonymousOnLoopback ? loopback.Admit(http) : null;
            if (!method.Policy.Anonymous)
                await admitUser.Execute(caller, cancellationToken);
            return new AuthenticatedPrincipal(caller);
        }
        catch (Exception refusal) when (method.Policy.Anonymous
            && refusal is RpcFault { Reason: ErrorReason.Unauthenticated } or EngineException { Reason: ErrorReason.SessionExpired })
        {
            return null;
        }
    }

    private async ValueTask<AuthenticatedCaller?> Find(HttpContext http, CancellationToken cancellationToken)
    {
        var header = http.Request.Headers.Authorization;
        if (header.Count > 0)
        {
            if (header.Count != 1 || !header[0]!.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
                throw new RpcFault(ErrorReason.Unauthenticated, "The Authorization header must hold one bearer token.");
            return await bearer.Execute(header[0]![Scheme.Length..].Trim(), cancellationToken)
                ?? throw new RpcFault(ErrorReason.Unauthenticated, "The token is not valid: it is unknown, expired or revoked.");
        }

        if (http.Request.Headers[RuntimeHeader] is [{ Length: > 0 } runtime, ..])
        {
            return await runtimeToken.Execute(runtime, cancellationToken)
                ?? throw new RpcFault(ErrorReason.Unauthenticated, "The runtime token is not valid: it is unknown, expired, or for a part only.");
        }

        if (!http.Request.Cookies.TryGetValue(SessionCookie.Name, out var cookie) || cookie.Length == 0)
            return null;
        CrossSiteGuard.Check(http.Request);
        return await sessions.Execute(cookie, cancellationToken)
            ?? throw new RpcFault(ErrorReason.Unauthenticated, "The session is not known.");
    }
}
