using System.Runtime.CompilerServices;
using System.Text.Json;
using Anthropic;
using Anthropic.Core;
using Anthropic.Models.Messages;
using Koda.Worker.Providers.Wire;

namespace Koda.Worker.Providers.Anthropic;

/// <summary>
/// Anthropic's Messages API through its official package. The package makes the request; its answer is read here from the raw stream,
/// because the package's own reader drops the type of an error inside a stream and ends quietly when the stream is cut.
/// </summary>
internal sealed class AnthropicProvider(ProviderEndpoint endpoint, AnthropicClient client, PriceTable prices) : IModelProvider
{
    public static AnthropicProvider Create(ProviderEndpoint endpoint, HttpClient http, PriceTable prices) =>
        new(
            endpoint,
            new AnthropicClient(
                new ClientOptions
                {
                    HttpClient = http,
                    BaseUrl = endpoint.BaseUrl.AbsoluteUri.TrimEnd('/'),
                    ApiKey = endpoint.ApiKey ?? "",
                    AuthToken = null,
                    MaxRetries = 0,
                    Timeout = TimeSpan.FromDays(1),
                }),
            prices);

    public static ProviderEndpoint Endpoint(Uri? baseUrl, string? apiKey) => new()
    {
        BaseUrl = WithoutVersion(baseUrl ?? new Uri("https://api.anthropic.com")),
        ApiKey = apiKey,
        Kind = "anthropic",
        Authorize = (headers, key) => headers.Add("x-api-key", key),
    };

    public async IAsyncEnumerable<ModelEvent> Stream(ModelRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var body = AnthropicRequest
            .Write(request, endpoint.Defaults, endpoint.OriginOf(request.Model))
            .Deserialize<Dictionary<string, JsonElement>>()!;
        var parameters = MessageCreateParams.FromRawUnchecked(
            new Dictionary<string, JsonElement>(), new Dictionary<string, JsonElement>(), body);
        using var response = await client.Messages.WithRawResponse.CreateStreaming(parameters, cancellationToken);
        await using var stream = await response.RawMessage.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (
            var piece in AnswerReader.ReadEvents(
                stream, new AnthropicAnswer(request, endpoint.OriginOf(request.Model), prices), cancellationToken))
            yield return piece;
    }

    public ModelUsage Priced(string model, ModelUsage usage) => prices.Price(model, usage);

    // The package appends /v1 itself; people give addresses with and without it.
    private static Uri WithoutVersion(Uri url) =>
        url.AbsolutePath.TrimEnd('/').EndsWith("/v1", StringComparison.Ordinal)
            ? new UriBuilder(url) { Path = url.AbsolutePath.TrimEnd('/')[..^3] }.Uri
            : url;
}
