namespace Koda.Server.Engine.Sessions;

/// <summary>A session as people see it.</summary>
internal sealed record SessionRecord
{
    public Guid Id { get; init; }

    /// <summary>What the client called itself.</summary>
    public string Label { get; init; } = "";

    /// <summary>From where the person signed in.</summary>
    public string Address { get; init; } = "";

    public DateTime CreatedAt { get; init; }

    public DateTime? LastUsedAt { get; init; }

    public DateTime ExpiresAt { get; init; }

    public DateTime? RevokedAt { get; init; }
}
