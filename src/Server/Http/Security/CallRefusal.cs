using System.Runtime.ExceptionServices;
using Koda.Protos.Common.V1;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;

namespace Koda.Server.Http;

/// <summary>
/// Refuses as every part does that stands before the methods: by a fault, which <see cref="CallMiddleware"/> writes as the call's face
/// wants it.
/// </summary>
internal sealed class CallRefusal : IAuthorizationMiddlewareResultHandler
{
    public async Task HandleAsync(
        RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (authorizeResult.Succeeded)
            await next(context);
        else if (authorizeResult.Forbidden && policy.Requirements.OfType<ScopeRequirement>().FirstOrDefault() is { } scopes)
            throw scopes.Refusal(CallPrincipal.Of(context));
        else if ((await context.AuthenticateAsync()).Failure is { } failure)
            ExceptionDispatchInfo.Throw(failure);
        else
            throw new RpcFault(ErrorReason.Unauthenticated, "The call needs a credential.");
    }
}
