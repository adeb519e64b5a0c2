namespace Koda.Server.Engine.Principals;

/// <summary>What a credential may do.</summary>
internal static class Scopes
{
    public const string Worker = "worker";

    /// <summary>Every scope: what the operator's own token carries.</summary>
    public static readonly IReadOnlyList<string> All =
    [
        "agents.read", "agents.write", "approvals.write", "audit.read", "identity.read", "identity.write", "providers.read", "providers.write",
        "runtime.read", "runtime.write", "settings.read", "settings.write", "skills.read", Worker,
    ];
}
