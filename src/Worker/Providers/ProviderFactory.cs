using System.Text.Json.Nodes;

namespace Koda.Worker.Providers;

/// <summary>Makes the provider that an agent's definition names.</summary>
internal static class ProviderFactory
{
    /// <param name="kind">anthropic, openai, ollama or offline.</param>
    /// <param name="baseUrl">Where the provider's API is. Null: the kind's own address.</param>
    /// <param name="apiKey">The credential. Null: none is sent.</param>
    /// <param name="options">The agent's <c>provider_options</c>.</param>
    /// <param name="handler">Carries the requests. Null: a guarded one, which refuses metadata addresses always and private ones unless configured.</param>
    /// <exception cref="ProviderException">The kind is unknown, or its settings are not usable.</exception>
    public static IModelProvider Create(
        string kind, Uri? baseUrl, string? apiKey, JsonObject? options, HttpMessageHandler? handler = null) => kind switch
        {
            _ => throw new ProviderException(
                ProviderErrorCode.InvalidRequest, $"There is no provider of the kind '{kind}'; use anthropic, openai, ollama or offline.", retryable: false),
        };
}
