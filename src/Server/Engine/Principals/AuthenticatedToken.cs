namespace Koda.Server.Engine.Principals;

/// <summary>Who a valid token speaks for, and what it may do.</summary>
internal sealed record AuthenticatedToken(Guid TokenId, Guid PrincipalId, string Kind, string Name, IReadOnlySet<string> Scopes, DateTime? ExpiresAt);
