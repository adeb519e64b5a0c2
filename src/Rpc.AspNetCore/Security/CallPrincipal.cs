namespace Koda.Rpc.AspNetCore;

/// <summary>Who makes a call.</summary>
/// <param name="Id">The stable id; empty for an anonymous caller.</param>
/// <param name="Name">The name for people.</param>
/// <param name="Scopes">What the caller may do.</param>
public record CallPrincipal(string Id, string Name, IReadOnlySet<string> Scopes)
{
    /// <summary>A caller without a credential.</summary>
    public static CallPrincipal Anonymous { get; } = new("", "anonymous", new HashSet<string>());

    public bool IsAnonymous => Id.Length == 0;
}
