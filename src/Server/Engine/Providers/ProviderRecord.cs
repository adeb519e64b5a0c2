namespace Koda.Server.Engine.Providers;

/// <summary>A connection to a model provider, without its key.</summary>
internal sealed record ProviderRecord(string Id, string Kind, string BaseUrl, bool HasKey, string Options)
{
    /// <summary>The model of agents that name none. Empty: they have to name one.</summary>
    public string DefaultModel { get; init; } = "";

    public AuthMode AuthMode { get; init; }

    /// <summary>How many tokens its models read, as whoever connected it said. 0: he did not.</summary>
    public long ContextTokens { get; init; }
}

/// <summary>What a worker needs to call a provider. Never logged, never stored like this.</summary>
internal sealed record ProviderAccess(string Kind, string BaseUrl, string ApiKey);
