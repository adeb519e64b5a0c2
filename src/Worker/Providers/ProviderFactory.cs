using System.Text.Json.Nodes;
using Koda.Worker.Providers.Anthropic;
using Koda.Worker.Providers.Learning;
using Koda.Worker.Providers.Offline;
using Koda.Worker.Providers.Ollama;
using Koda.Worker.Providers.OpenAi;

namespace Koda.Worker.Providers;

/// <summary>Makes the provider that an agent's definition names.</summary>
internal static class ProviderFactory
{
    /// <param name="kind">anthropic, openai, ollama or offline.</param>
    /// <param name="baseUrl">Where the provider's API is. Null: the kind's own address.</param>
    /// <param name="apiKey">The credential. Null: none is sent.</param>
    /// <param name="options">The agent's <c>provider_options</c>.</param>
    /// <param name="handler">Carries the requests. Null: a guarded one, which refuses metadata addresses always and private ones unless
    /// configured.</param>
    /// <param name="prices">What its models cost. Null: their list prices.</param>
    /// <param name="learnt">What is known of models, and is added to. Null: nothing.</param>
    /// <exception cref="ProviderException">The kind is unknown, or its settings are not usable.</exception>
    public static IModelProvider Create(
        string kind, Uri? baseUrl, string? apiKey, JsonObject? options, HttpMessageHandler? handler = null, PriceTable? prices = null,
        LearntTraits? learnt = null)
    {
        learnt ??= new LearntTraits();
        prices ??= PriceTable.Known;
        if (baseUrl is not null && (!baseUrl.IsAbsoluteUri || baseUrl.Scheme is not ("http" or "https") || baseUrl.UserInfo.Length > 0))
        {
            throw new ProviderException(
                ProviderErrorCode.InvalidRequest,
                "The provider's base URL must be an absolute http or https address without credentials.",
                retryable: false);
        }

        switch (kind)
        {
            case "anthropic":
                var anthropic = AnthropicProvider.Endpoint(baseUrl, apiKey).With(options);
                return new LearningProvider(
                    AnthropicProvider.Create(anthropic, anthropic.CreateClient(handler, options), prices), anthropic, learnt);
            case "openai":
                var openAi = OpenAiProvider.Endpoint(baseUrl, apiKey).With(options);
                return new LearningProvider(new OpenAiProvider(openAi, openAi.CreateClient(handler, options), prices), openAi, learnt);
            case "ollama":
                var ollama = OllamaProvider.Endpoint(baseUrl, apiKey).With(options);
                return new LearningProvider(new OllamaProvider(ollama, ollama.CreateClient(handler, options)), ollama, learnt);
            case "offline":
                return OfflineProvider.Create(options);
            default:
                throw new ProviderException(
                    ProviderErrorCode.InvalidRequest,
                    $"There is no provider of the kind '{kind}'; use anthropic, openai, ollama or offline.",
                    retryable: false);
        }
    }
}
