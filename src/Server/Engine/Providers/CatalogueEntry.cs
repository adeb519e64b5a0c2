namespace Koda.Server.Engine.Providers;

/// <summary>A provider that Koda knows.</summary>
/// <param name="Id">The id under which its connection is stored.</param>
/// <param name="Title">Its name.</param>
/// <param name="Kind">The wire that it speaks.</param>
/// <param name="BaseUrl">Where its API is.</param>
/// <param name="Documentation">Where its API is described; empty for what is built in.</param>
internal sealed record CatalogueEntry(string Id, string Title, ProviderKind Kind, string BaseUrl, string Documentation)
{
    /// <summary>Another id for the same connection. Empty: none.</summary>
    public string Alias { get; init; } = "";

    /// <summary>The variable of the environment whose key is taken over at the start. Empty: none.</summary>
    public string KeyVariable { get; init; } = "";

    /// <summary>The variable of the environment whose address is taken over at the start. Empty: none.</summary>
    public string UrlVariable { get; init; } = "";

    /// <summary>An endpoint of the own machine or network can be connected, without a key.</summary>
    public bool SupportsLocal { get; init; }

    /// <summary>A connection can be made with a key.</summary>
    public bool NeedsKey { get; init; } = true;

    /// <summary>Which of its models agents get that name none, the best choice first; dates after the name do not matter.</summary>
    public IReadOnlyList<string> UsualModels { get; init; } = [];

    /// <summary>What tells of the key's account, below the base URL. Empty: the provider has no such thing.</summary>
    public string AccountPath { get; init; } = "";
}

/// <summary>A wire between Koda and a model.</summary>
internal enum ProviderKind
{
    Anthropic,

    /// <summary>Chat completions, as OpenAI and many others speak them.</summary>
    OpenAi,

    Ollama,

    /// <summary>Built in: answers by rule, without a language model.</summary>
    Offline,

    /// <summary>Ends at once; for benchmarks.</summary>
    Noop,
}

/// <summary>What a connection was made with.</summary>
internal enum AuthMode
{
    ApiKey,

    /// <summary>An endpoint of the own machine or network.</summary>
    Local,

    /// <summary>Nothing is needed.</summary>
    None,
}
