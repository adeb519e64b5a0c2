using System.Text.Json.Nodes;
using Koda.Protos.Common.V1;
using Microsoft.AspNetCore.Authorization;

namespace Koda.Server.Http;

/// <summary>The scopes that a caller needs.</summary>
/// <param name="all">Those of which it needs every one.</param>
/// <param name="any">Those of which it needs one, beside all of <paramref name="all"/>; empty for none.</param>
internal sealed class ScopeRequirement(IReadOnlyList<string> all, IReadOnlyList<string> any)
    : AuthorizationHandler<ScopeRequirement>,
        IAuthorizationRequirement
{
    /// <summary>What an endpoint declares whose caller needs a credential and these scopes.</summary>
    public static AuthorizationPolicy PolicyOf(IReadOnlyList<string> all, IReadOnlyList<string> any) =>
        new AuthorizationPolicyBuilder().AddRequirements(new ScopeRequirement(all, any)).Build();

    /// <summary>Why a caller was refused.</summary>
    public RpcFault Refusal(CallPrincipal caller) => all.All(caller.Scopes.Contains)
        ? Missing("any_scopes", $"The call needs one of the scopes {string.Join(", ", any)}.", any)
        : Missing("scopes", $"The call needs the scopes {string.Join(", ", all)}.", all);

    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, ScopeRequirement requirement)
    {
        if (context.User is CallPrincipal caller && requirement.IsMetBy(caller.Scopes))
            context.Succeed(requirement);
        return Task.CompletedTask;
    }

    private bool IsMetBy(IReadOnlySet<string> scopes) => all.All(scopes.Contains) && (any.Count == 0 || any.Any(scopes.Contains));

    private static RpcFault Missing(string name, string message, IEnumerable<string> scopes) => new(ErrorReason.PermissionDenied, message)
    {
        Details = new JsonObject { [name] = new JsonArray([.. scopes.Select(scope => (JsonNode)scope)]) },
    };
}
