namespace Koda.Server.Engine.Principals;

/// <summary>A token as people see it.</summary>
internal sealed record TokenRecord
{
    public Guid Id { get; init; }

    public string Name { get; init; } = "";

    /// <summary>The beginning of the secret.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>As they were given: bundles and single scopes.</summary>
    public string[] Scopes { get; init; } = [];

    public DateTime CreatedAt { get; init; }

    public DateTime? LastUsedAt { get; init; }

    public DateTime? ExpiresAt { get; init; }

    public DateTime? RevokedAt { get; init; }
}
