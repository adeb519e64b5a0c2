using Koda.Server.Engine.Audit;

namespace Koda.Server.Engine.Principals;

/// <summary>Who a valid credential speaks for, and what it may do.</summary>
/// <param name="Credential">What kind of credential it is.</param>
/// <param name="CredentialId">The session or token; null for credentials that are not stored.</param>
/// <param name="PrincipalId">The principal.</param>
/// <param name="Kind">The principal's kind: operator, worker or service.</param>
/// <param name="Name">The principal's name for people.</param>
/// <param name="Scopes">Single scopes; bundles are expanded.</param>
internal sealed record AuthenticatedCaller(
    CredentialKind Credential, Guid? CredentialId, Guid PrincipalId, string Kind, string Name, IReadOnlySet<string> Scopes)
{
    /// <summary>The token's own name; empty for other credentials.</summary>
    public string TokenName { get; init; } = "";
}
