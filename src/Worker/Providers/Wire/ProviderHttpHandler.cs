using System.Net.Http.Headers;
using System.Text;

namespace Koda.Worker.Providers.Wire;

/// <summary>
/// What every provider's HTTP has in common: credentials, time limits and failures. It sits below the vendors' packages, so that one
/// place decides what a status means, whatever exception a package would make of it.
/// </summary>
internal sealed class ProviderHttpHandler(HttpMessageHandler inner, ProviderEndpoint endpoint) : DelegatingHandler(inner)
{
    private const int LongestErrorBody = 64 * 1024;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // The vendors' packages fall back on credentials of the worker's own environment, which are not the agent's.
        request.Headers.Authorization = null;
        request.Headers.Remove("x-api-key");
        if (endpoint.ApiKey is { Length: > 0 } key)
            endpoint.Authorize(request.Headers, key);

        var response = await Connect(request, cancellationToken);
        try
        {
            await Guard(response, cancellationToken);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private async Task<HttpResponseMessage> Connect(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var idle = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        idle.CancelAfter(endpoint.IdleLimit);
        try
        {
            return await base.SendAsync(request, idle.Token);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ProviderException(
                ProviderErrorCode.Timeout,
                $"The provider did not answer within {endpoint.IdleLimit.TotalSeconds:0.#} s.",
                retryable: true,
                innerException: error);
        }
        catch (HttpRequestException error)
        {
            if (AddressRefusedException.Among(error) is { } refusal)
            {
                throw new ProviderException(
                    ProviderErrorCode.InvalidRequest,
                    $"{refusal.Message} Set allow_private_network in the provider's options if a private one is meant.",
                    retryable: false,
                    innerException: error);
            }
            throw new ProviderException(
                ProviderErrorCode.Unavailable,
                $"The provider at {request.RequestUri!.Authority} cannot be reached: {error.Message}",
                retryable: true,
                innerException: error);
        }
    }

    private async Task Guard(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = new AnswerStream(await response.Content.ReadAsStreamAsync(cancellationToken), endpoint.IdleLimit);
        if (!response.IsSuccessStatusCode)
        {
            var text = await ReadError(body, cancellationToken);
            throw ProviderFailure.FromStatus(response.StatusCode, text, RetryAfter.Read(response.Headers, TimeProvider.System.GetUtcNow()));
        }

        // What servers say of the type is not to be relied on; whoever reads the answer looks at how it begins. A package that hears of an
        // event stream would read it by itself, drop what is none, and ask again when it breaks off.
        var guarded = new StreamContent(body);
        guarded.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        response.Content = guarded;
    }

    private static async Task<string> ReadError(Stream body, CancellationToken cancellationToken)
    {
        var buffer = new byte[LongestErrorBody];
        try
        {
            var count = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
            return Encoding.UTF8.GetString(buffer, 0, count);
        }
        catch (ProviderException)
        {
            // The status alone says what went wrong; a body that breaks off adds nothing.
            return "";
        }
    }
}
