using Koda.Protos.Common.V1;
using Koda.Rpc.AspNetCore;
using Koda.Server.Engine.Principals;
using Microsoft.AspNetCore.Http;

namespace Koda.Server.Hosting;

/// <summary>Authenticates calls by `Authorization: Bearer`, the same over gRPC, REST and feeds.</summary>
internal sealed class BearerAuthenticator(AuthenticateToken authenticate) : ICallAuthenticator
{
    private const string Scheme = "Bearer ";

    public async ValueTask<CallPrincipal?> AuthenticateAsync(HttpContext http, RpcMethod method, CancellationToken cancellationToken)
    {
        var header = http.Request.Headers.Authorization;
        if (header.Count == 0)
            return null;
        if (header.Count != 1 || !header[0]!.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            throw new RpcFault(ErrorReason.Unauthenticated, "The Authorization header must hold one bearer token.");
        var token = await authenticate.Execute(header[0]![Scheme.Length..].Trim(), cancellationToken)
            ?? throw new RpcFault(ErrorReason.Unauthenticated, "The token is not valid: it is unknown, expired or revoked.");
        return new CallPrincipal(token.PrincipalId.ToString(), token.Name, token.Scopes);
    }
}
