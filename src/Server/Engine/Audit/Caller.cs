namespace Koda.Server.Engine.Audit;

/// <summary>Who asks for an act, and from where: what the audit stream says of it.</summary>
/// <param name="PrincipalId">The principal; empty for an anonymous caller and for the server itself.</param>
/// <param name="Name">The name for people.</param>
/// <param name="Credential">How the caller proved who it is.</param>
/// <param name="CredentialId">The session or token; null for credentials that are not stored.</param>
/// <param name="Address">The client's IP address; empty for the server itself.</param>
/// <param name="UserAgent">What the client calls itself.</param>
internal sealed record Caller(
    string PrincipalId, string Name, CredentialKind Credential, Guid? CredentialId, string Address, string UserAgent)
{
    /// <summary>The server acts on its own: at its start, or from its command line.</summary>
    public static readonly Caller System = new("", "system", CredentialKind.None, null, "", "");

    /// <summary>The actor of events: <c>principal:ID</c>, <c>anonymous</c> or <c>system</c>.</summary>
    public string Actor => PrincipalId.Length > 0 ? $"principal:{PrincipalId}" : ReferenceEquals(this, System) ? "system" : "anonymous";
}

/// <summary>How a caller proved who it is.</summary>
internal enum CredentialKind
{
    None,
    Session,
    Token,
    BreakGlass,
    RuntimeToken,
}
