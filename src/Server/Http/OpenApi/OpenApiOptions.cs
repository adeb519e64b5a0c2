namespace Koda.Server.Http.OpenApi;

/// <summary>What the documents say beside the contract.</summary>
internal sealed class OpenApiOptions
{
    /// <summary>The title of every document.</summary>
    public string Title { get; set; } = "API";

    /// <summary>The version of the API.</summary>
    public string Version { get; set; } = "1";

    /// <summary>The cookie that may carry the credential; null when only bearer tokens do.</summary>
    public string? Cookie { get; set; }

    /// <summary>Opens a serialized descriptor set with source info, which holds the comments; null for documents without them.</summary>
    public Func<Stream>? DescriptorSet { get; set; }
}
