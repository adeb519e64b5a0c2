using System.Text;
using Koda.Providers;

namespace Koda.Server.Infrastructure.Http;

/// <summary>
/// The one client for addresses that people configure, over <see cref="OutgoingConnections"/>. Time and size are limited.
/// </summary>
internal sealed class GuardedHttp : IDisposable
{
    private readonly GuardedHttpOptions _options;
    private readonly OutgoingConnections _publicOnly;
    private readonly OutgoingConnections _localToo;
    private readonly HttpMessageInvoker _guarded;
    private readonly HttpMessageInvoker _local;

    public GuardedHttp(GuardedHttpOptions options)
    {
        _options = options;
        _publicOnly = new OutgoingConnections(allowLocal: false) { Resolve = options.Resolve };
        _localToo = new OutgoingConnections(allowLocal: true) { Resolve = options.Resolve };
        _guarded = Invoker(_publicOnly, options.Timeout);
        _local = Invoker(_localToo, options.Timeout);
    }

    /// <summary>Whether an address that is written literally may be asked. A name is judged when it is connected to.</summary>
    public bool MayAsk(Uri url, bool allowPrivate) => (allowPrivate || IsAllowedHost(url.Host) ? _localToo : _publicOnly).Allows(url.Host);

    /// <summary>Whether the installation lets this host be private: it is listed in <c>KODA_ALLOWED_HOSTS</c>.</summary>
    public bool IsAllowedHost(string host) => _options.AllowedHosts.Contains(host.Trim('[', ']'), StringComparer.OrdinalIgnoreCase);

    /// <summary>Sends a request and reads the whole answer, whatever its status.</summary>
    /// <param name="request">The request; it is disposed of.</param>
    /// <param name="allowPrivate">Whether loopback and private addresses may be asked. Metadata addresses never are.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="GuardedHttpException">No answer could be had, or none that is small enough.</exception>
    public async Task<GuardedReply> Send(HttpRequestMessage request, bool allowPrivate, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_options.Timeout);
        var invoker = allowPrivate || IsAllowedHost(request.RequestUri!.Host) ? _local : _guarded;
        try
        {
            using (request)
            using (var response = await invoker.SendAsync(request, limit.Token))
            {
                var body = await ReadBody(response, limit.Token);
                return new GuardedReply((int)response.StatusCode, body, RetryAfter.Read(response.Headers, TimeProvider.System.GetUtcNow()));
            }
        }
        catch (OperationCanceledException failure) when (!cancellationToken.IsCancellationRequested)
        {
            throw new GuardedHttpException(
                GuardedHttpProblem.Timeout, $"No answer came within {_options.Timeout.TotalSeconds:0.#} s.", failure);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            throw AddressRefusedException.Among(failure) is { } refusal
                ? new GuardedHttpException(
                    GuardedHttpProblem.AddressRefused,
                    $"{refusal.Message} KODA_ALLOWED_HOSTS lists the private hosts that may be asked.",
                    failure)
                : new GuardedHttpException(GuardedHttpProblem.Unreachable, $"It cannot be reached: {failure.Message}", failure);
        }
    }

    public void Dispose()
    {
        _guarded.Dispose();
        _local.Dispose();
    }

    private async Task<string> ReadBody(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int count;
        while ((count = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (body.Length + count > _options.MaxBytes)
                throw new GuardedHttpException(GuardedHttpProblem.TooLarge, $"The answer is larger than {_options.MaxBytes} bytes.");
            body.Write(buffer, 0, count);
        }
        return Encoding.UTF8.GetString(body.GetBuffer(), 0, (int)body.Length);
    }

    private static HttpMessageInvoker Invoker(OutgoingConnections connections, TimeSpan timeout)
    {
        var handler = connections.CreateHandler(timeout);
        handler.MaxResponseHeadersLength = 64;
        return new HttpMessageInvoker(handler);
    }
}
