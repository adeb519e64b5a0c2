using System.ClientModel;
using System.ClientModel.Primitives;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Koda.Worker.Providers.Wire;
using OpenAI;

namespace Koda.Worker.Providers.OpenAi;

/// <summary>
/// OpenAI's chat completions, and whatever speaks them, through the official package's protocol method. Its typed stream hides
/// <c>reasoning_content</c> of compatible servers and cannot tell a cut stream from a finished one, so the answer is read here.
/// </summary>
internal sealed class OpenAiProvider : IModelProvider
{
    private readonly ProviderEndpoint _endpoint;
    private readonly OpenAIClient _client;
    private readonly PriceTable _prices;

    public OpenAiProvider(ProviderEndpoint endpoint, HttpClient http, PriceTable prices)
    {
        (_endpoint, _prices) = (endpoint, prices);
        // The package insists on a key; the handler below it sends the endpoint's, or none.
        _client = new OpenAIClient(new ApiKeyCredential("unset"), new OpenAIClientOptions
        {
            Endpoint = endpoint.BaseUrl,
            Transport = new HttpClientPipelineTransport(http),
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
            NetworkTimeout = Timeout.InfiniteTimeSpan,
        });
    }

    public static ProviderEndpoint Endpoint(Uri? baseUrl, string? apiKey) => new()
    {
        BaseUrl = WithVersion(baseUrl ?? new Uri("https://api.openai.com/v1")),
        ApiKey = apiKey,
        Kind = "openai",
        Authorize = (headers, key) => headers.Authorization = new("Bearer", key),
    };

    public async IAsyncEnumerable<ModelEvent> Stream(ModelRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var body = OpenAiRequest.Write(request, _endpoint);
        using var content = BinaryContent.Create(BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(body)));
        var options = new RequestOptions { CancellationToken = cancellationToken, BufferResponse = false };
        options.SetHeader("Accept", "text/event-stream");
        var result = await _client.GetChatClient(request.Model).CompleteChatAsync(content, options);
        using var response = result.GetRawResponse();
        await using var stream = response.ContentStream!;
        await foreach (
            var piece in AnswerReader.ReadEvents(
                stream, new OpenAiAnswer(request, _endpoint.OriginOf(request.Model), _prices), cancellationToken))
            yield return piece;
    }

    public ModelUsage Priced(string model, ModelUsage usage) => _prices.Price(model, usage);

    // An address without a path means the API's usual one.
    private static Uri WithVersion(Uri url) => url.AbsolutePath == "/" ? new Uri(url, "/v1") : url;
}
