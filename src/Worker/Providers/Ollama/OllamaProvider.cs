using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using Koda.Worker.Providers.Wire;

namespace Koda.Worker.Providers.Ollama;

/// <summary>Ollama's own chat API: one JSON object a line. It has no official package for .NET.</summary>
internal sealed class OllamaProvider(ProviderEndpoint endpoint, HttpClient http) : IModelProvider
{
    public static ProviderEndpoint Endpoint(Uri? baseUrl, string? apiKey) => new()
    {
        BaseUrl = baseUrl ?? new Uri("http://127.0.0.1:11434"),
        ApiKey = apiKey,
        Kind = "ollama",
        Authorize = (headers, key) => headers.Authorization = new("Bearer", key),
    };

    public async IAsyncEnumerable<ModelEvent> Stream(ModelRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var address = new Uri(endpoint.BaseUrl.AbsoluteUri.TrimEnd('/') + "/api/chat");
        using var message = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Content = JsonContent.Create(OllamaRequest.Write(request, endpoint.Defaults, endpoint.OriginOf(request.Model))),
        };
        using var response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (
            var piece in AnswerReader.ReadLines(stream, new OllamaAnswer(request, endpoint.OriginOf(request.Model)), cancellationToken))
            yield return piece;
    }
}
