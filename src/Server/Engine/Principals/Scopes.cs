using System.Collections.Frozen;

namespace Koda.Server.Engine.Principals;

/// <summary>What a credential may do: single scopes, and bundles of them that people name.</summary>
internal static class Scopes
{
    public const string Worker = "worker";
    public const string Metrics = "metrics.read";
    public const string ControlPlane = "control_plane";

    /// <summary>Every single scope.</summary>
    public static readonly IReadOnlyList<string> All =
    [
        "agents.read",
        "agents.write",
        "approvals.write",
        "audit.read",
        "code.read",
        "code.write",
        "identity.read",
        "identity.write",
        Metrics,
        "operations.read",
        "providers.read",
        "providers.write",
        "runtime.read",
        "runtime.write",
        "settings.read",
        "settings.write",
        "skills.read",
        Worker,
    ];

    private static readonly FrozenDictionary<string, FrozenSet<string>> s_bundles = new Dictionary<string, FrozenSet<string>>
    {
        [ControlPlane] = All.Where(scope => scope != Worker).ToFrozenSet(),
        ["runtime"] = All.Where(scope => scope.StartsWith("runtime.", StringComparison.Ordinal)).Append("approvals.write").ToFrozenSet(),
        ["code"] = All.Where(scope => scope.StartsWith("code.", StringComparison.Ordinal)).ToFrozenSet(),
        ["read"] = All.Where(scope => scope.EndsWith(".read", StringComparison.Ordinal)).ToFrozenSet(),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>What the owner may do.</summary>
    public static IReadOnlySet<string> OfOwner => s_bundles[ControlPlane];

    /// <summary>What may be named: bundles, then single scopes.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. s_bundles.Keys.Order(StringComparer.Ordinal), .. All];

    /// <inheritdoc cref="Names"/>
    public static bool IsKnown(string name) => Names.Contains(name, StringComparer.Ordinal);

    /// <summary>The single scopes that the names stand for.</summary>
    public static IReadOnlySet<string> Expand(IEnumerable<string> names) =>
        names.SelectMany(name => s_bundles.TryGetValue(name, out var bundle) ? bundle : Enumerable.Repeat(name, 1)).ToFrozenSet();
}
