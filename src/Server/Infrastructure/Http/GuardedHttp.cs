using System.Net;
using System.Net.Sockets;
using System.Text;
using Koda.Providers;

namespace Koda.Server.Infrastructure.Http;

/// <summary>
/// The one client for addresses that people configure. It cannot be talked into asking the wrong machine: the address is judged after the name is resolved,
/// so a name that changes its address gains nothing; redirects and proxies, which would choose another address, are off. Time and size are limited.
/// </summary>
internal sealed class GuardedHttp : IDisposable
{
    private readonly GuardedHttpOptions _options;
    private readonly HttpMessageInvoker _guarded;
    private readonly HttpMessageInvoker _local;

    public GuardedHttp(GuardedHttpOptions options)
    {
        _options = options;
        _guarded = new HttpMessageInvoker(Handler(allowPrivate: false));
        _local = new HttpMessageInvoker(Handler(allowPrivate: true));
    }

    /// <summary>Whether an address that is written literally may be asked. A name is judged when it is connected to.</summary>
    public bool MayAsk(Uri url, bool allowPrivate)
    {
        if (IPAddress.TryParse(url.Host.Trim('[', ']'), out var address))
            return Allows(address, allowPrivate || IsAllowedHost(url.Host));
        var isOwn = url.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || url.Host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
        return !isOwn || allowPrivate || IsAllowedHost(url.Host);
    }

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
            throw new GuardedHttpException(GuardedHttpProblem.Timeout, $"No answer came within {_options.Timeout.TotalSeconds:0.#} s.", failure);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            throw Cause(failure) ?? new GuardedHttpException(GuardedHttpProblem.Unreachable, $"It cannot be reached: {failure.Message}", failure);
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

    private SocketsHttpHandler Handler(bool allowPrivate) => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        // A small body may unpack to a huge one; what is read is counted after unpacking.
        AutomaticDecompression = DecompressionMethods.All,
        ConnectTimeout = _options.Timeout,
        PooledConnectionLifetime = TimeSpan.FromMinutes(1),
        MaxResponseHeadersLength = 64,
        ConnectCallback = (context, token) => Connect(context.DnsEndPoint, allowPrivate, token),
    };

    private async ValueTask<Stream> Connect(DnsEndPoint endPoint, bool allowPrivate, CancellationToken cancellationToken)
    {
        var addresses = IPAddress.TryParse(endPoint.Host, out var literal) ? [literal] : await _options.Resolve(endPoint.Host, cancellationToken);
        var allowed = Array.FindAll(addresses, address => Allows(address, allowPrivate));
        if (allowed.Length == 0)
        {
            throw new GuardedHttpException(
                GuardedHttpProblem.AddressRefused,
                $"Connecting to {endPoint.Host} is refused: it is a loopback, private or metadata address. KODA_ALLOWED_HOSTS lists the private hosts that may be asked.");
        }
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, endPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static bool Allows(IPAddress address, bool allowPrivate) =>
        !AddressRanges.IsForbidden(address) && (allowPrivate || !AddressRanges.IsPrivate(address));

    private static GuardedHttpException? Cause(Exception failure)
    {
        for (Exception? cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is GuardedHttpException refusal)
                return refusal;
        }
        return null;
    }
}
