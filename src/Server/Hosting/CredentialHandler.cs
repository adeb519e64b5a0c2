using System.Text.Encodings.Web;
using Koda.Protos.Common.V1;
using Koda.Server.Http;
using Koda.Server.Engine;
using Koda.Server.Engine.Principals;
using Koda.Server.Engine.Sessions;
using Koda.Server.Engine.Settings;
using Koda.Server.Surfaces;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Koda.Server.Hosting;

/// <summary>
/// Authenticates requests by `Authorization: Bearer`, `X-Runtime-Token`, or the session's cookie, in this order; the same over gRPC, REST
/// and feeds. What anybody may call takes a credential that is not valid for none, so that a stale cookie keeps nobody from signing in.
/// </summary>
internal sealed class CredentialHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory log, UrlEncoder encoder, AuthenticateBearer bearer,
    AuthenticateRuntimeToken runtimeToken, AuthenticateSession sessions, AdmitUser admitUser, LoopbackCallers loopback)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, log, encoder)
{
    /// <summary>The name of the scheme.</summary>
    public const string SchemeName = "koda";

    private const string BearerPrefix = "Bearer ";
    private const string RuntimeHeader = "X-Runtime-Token";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var endpoint = Context.GetEndpoint();
        var policy = endpoint?.Metadata.GetMetadata<RpcMethod>()?.Policy;
        // Nobody asks who the caller is; and whether the server is ready is asked most when its database is gone, and with it whatever
        // could be known of the caller.
        if (policy is { UnavailableUnless.Length: > 0 }
            || (policy is null && endpoint?.Metadata.GetMetadata<AuthorizationPolicy>() is null))
            return AuthenticateResult.NoResult();
        // The caller's own deadline does not end it: a credential that is guessed in a hurry is refused, counted and recorded like any
        // other.
        var untilGone = RpcCall.Of(Context)?.Lifetime.Peer ?? Context.RequestAborted;
        try
        {
            if (await Find(untilGone) is not { } caller)
                return Local(endpoint!, policy) is { } local ? Success(local) : AuthenticateResult.NoResult();
            if (policy is not { Anonymous: true })
                await admitUser.Execute(caller, untilGone);
            return Success(new AuthenticatedPrincipal(caller));
        }
        catch (Exception refusal)
            when (refusal is RpcFault { Reason: ErrorReason.Unauthenticated } or EngineException { Reason: ErrorReason.SessionExpired })
        {
            return AuthenticateResult.Fail(refusal);
        }
    }

    /// <summary>The program on this machine that calls; null when it needs a credential.</summary>
    private CallPrincipal? Local(Endpoint endpoint, MethodPolicy? policy) =>
        policy is { AnonymousOnLoopback: true } ? loopback.Admit(Context)
        : endpoint.Metadata.GetMetadata<OpenOnLoopback>() is { } open
        && LoopbackPeer.IsDirect(Context)
        && !CrossSiteGuard.IsCrossSite(Request)
            ? open.Caller
        : null;

    private static AuthenticateResult Success(CallPrincipal caller) =>
        AuthenticateResult.Success(new AuthenticationTicket(caller, SchemeName));

    private async ValueTask<AuthenticatedCaller?> Find(CancellationToken cancellationToken)
    {
        var header = Request.Headers.Authorization;
        if (header.Count > 0)
        {
            if (header.Count != 1 || !header[0]!.StartsWith(BearerPrefix, StringComparison.OrdinalIgnoreCase))
                throw new RpcFault(ErrorReason.Unauthenticated, "The Authorization header must hold one bearer token.");
            return await bearer.Execute(header[0]![BearerPrefix.Length..].Trim(), cancellationToken)
                ?? throw new RpcFault(ErrorReason.Unauthenticated, "The token is not valid: it is unknown, expired or revoked.");
        }

        if (Request.Headers[RuntimeHeader] is [{ Length: > 0 } runtime, ..])
        {
            return await runtimeToken.Execute(runtime, cancellationToken)
                ?? throw new RpcFault(
                    ErrorReason.Unauthenticated, "The runtime token is not valid: it is unknown, expired, or for a part only.");
        }

        if (!Request.Cookies.TryGetValue(SessionCookie.Name, out var cookie) || cookie.Length == 0)
            return null;
        CrossSiteGuard.Check(Request);
        return await sessions.Execute(cookie, cancellationToken)
            ?? throw new RpcFault(ErrorReason.Unauthenticated, "The session is not known.");
    }
}

/// <summary>Metadata of an endpoint at which any program on this machine needs no credential.</summary>
/// <param name="Caller">Who it is then, and what it may do.</param>
internal sealed record OpenOnLoopback(CallPrincipal Caller);
