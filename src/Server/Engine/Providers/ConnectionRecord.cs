namespace Koda.Server.Engine.Providers;

/// <summary>A provider and what is stored of the connection to it. What is not configured has no more than the catalogue says.</summary>
internal sealed record ConnectionRecord
{
    public required string Id { get; init; }

    /// <summary>Null: a connection of a person's own.</summary>
    public required CatalogueEntry? Entry { get; init; }

    public required string Kind { get; init; }

    /// <summary>The address that is used, the provider's own where none is stored.</summary>
    public required string BaseUrl { get; init; }

    /// <summary>The address that is stored. Empty: the provider's own.</summary>
    public string StoredUrl { get; init; } = "";

    public AuthMode AuthMode { get; init; }

    /// <summary>A connection is stored, with what it needs.</summary>
    public bool Configured { get; init; }

    /// <summary>A connection is stored, perhaps without what it needs.</summary>
    public bool Stored { get; init; }

    public bool HasKey { get; init; }

    /// <summary>api, environment or agent.</summary>
    public string Source { get; init; } = "";

    public string DefaultModel { get; init; } = "";

    /// <inheritdoc cref="ProviderRecord.ContextTokens"/>
    public long ContextTokens { get; init; }

    /// <summary>Agents that name no connection use this one, because a person chose it.</summary>
    public bool IsDefault { get; init; }

    public int Revision { get; init; }
    public bool Verified { get; init; }
    public string AccountLabel { get; init; } = "";
    public string PlanLabel { get; init; } = "";
    public DateTimeOffset? LastVerifiedAt { get; init; }

    /// <summary>Why the last verification failed. Empty: it did not, or there was none since the last saving.</summary>
    public string LastErrorCode { get; init; } = "";

    public string LastError { get; init; } = "";
    public DateTimeOffset? ModelsFetchedAt { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>How many tasks may use it at once.</summary>
    public IReadOnlyList<ConnectionLimit> Limits { get; init; } = [];

    /// <summary>Pauses that the provider asked for.</summary>
    public IReadOnlyList<Cooldown> Cooldowns { get; init; } = [];

    /// <summary>Its name for people.</summary>
    public string Title => Entry?.Title ?? Id;

    public bool SupportsKey => Entry?.NeedsKey ?? true;

    public bool SupportsLocal => Entry?.SupportsLocal ?? Kind is "anthropic" or "ollama";

    /// <summary>What the catalogue says of a provider that is not connected.</summary>
    public static ConnectionRecord Of(CatalogueEntry entry) =>
        new()
        {
            Id = entry.Id,
            Entry = entry,
            Kind = entry.Kind.Text(),
            BaseUrl = entry.BaseUrl,
        };
}
