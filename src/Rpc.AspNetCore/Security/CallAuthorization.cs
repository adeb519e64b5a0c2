using System.Text.Json.Nodes;
using Koda.Protos.Common.V1;

namespace Koda.Rpc.AspNetCore;

/// <summary>Lets a call in by its method's policy.</summary>
public sealed class CallAuthorization(IEnumerable<ICallAuthenticator> authenticators)
{
    private readonly ICallAuthenticator? _authenticator = authenticators.LastOrDefault();

    /// <summary>Authenticates the caller, and checks that it has the scopes that the method asks for.</summary>
    /// <exception cref="RpcFault">UNAUTHENTICATED or PERMISSION_DENIED.</exception>
    internal async ValueTask AdmitAsync(RpcCallContext context)
    {
        var policy = context.RpcMethod.Policy;
        if (_authenticator is not null)
        {
            var principal = await _authenticator.AuthenticateAsync(context.HttpContext, context.RpcMethod, context.CancellationToken);
            context.Principal = principal ?? CallPrincipal.Anonymous;
        }

        if (policy.Anonymous)
            return;
        if (context.Principal.IsAnonymous)
            throw new RpcFault(ErrorReason.Unauthenticated, "The call needs a credential.");
        foreach (var scope in policy.Scopes)
        {
            if (!context.Principal.Scopes.Contains(scope))
                throw Missing("scopes", $"The call needs the scopes {string.Join(", ", policy.Scopes)}.", policy.Scopes);
        }

        if (policy.AnyScopes.Count > 0 && !policy.AnyScopes.Any(context.Principal.Scopes.Contains))
            throw Missing("any_scopes", $"The call needs one of the scopes {string.Join(", ", policy.AnyScopes)}.", policy.AnyScopes);
    }

    private static RpcFault Missing(string name, string message, IEnumerable<string> scopes) => new(ErrorReason.PermissionDenied, message)
    {
        Details = new JsonObject { [name] = new JsonArray([.. scopes.Select(scope => (JsonNode)scope)]) },
    };
}
