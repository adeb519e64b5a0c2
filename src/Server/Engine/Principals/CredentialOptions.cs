namespace Koda.Server.Engine.Principals;

/// <summary>The credentials that are configured and not stored.</summary>
internal sealed record CredentialOptions
{
    /// <summary>Each acts as the owner, for when no session can be had.</summary>
    public IReadOnlyList<string> BreakGlassTokens { get; init; } = [];

    /// <summary>Reaches the runtime API, as it is or as the key of signed tokens. Null: there is none.</summary>
    public string? RuntimeToken { get; init; }
}
