using Microsoft.AspNetCore.Http;

namespace Koda.Rpc.AspNetCore;

/// <summary>Finds out who makes a call.</summary>
public interface ICallAuthenticator
{
    /// <summary>The caller, or null when the request carries no credential.</summary>
    /// <exception cref="RpcFault">UNAUTHENTICATED: there is a credential, and it is not valid.</exception>
    ValueTask<CallPrincipal?> AuthenticateAsync(HttpContext http, RpcMethod method, CancellationToken cancellationToken);
}
