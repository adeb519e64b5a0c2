using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Koda.Server.Http;

/// <summary>
/// What ends a call early: its peer goes away, its deadline passes, or the server has drained for long enough. Until it is disposed of,
/// each of them fires <see cref="HttpContext.RequestAborted"/>, which is the call's token on every face.
/// </summary>
internal sealed class CallLifetime : IDisposable
{
    private const string TimeoutHeader = "grpc-timeout";

    /// <summary>Longer is the same as for ever, and more than a timer takes.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(30);

    private readonly HttpContext _http;
    private readonly CallDrain _drain;
    private readonly bool _streaming;
    private readonly bool _isReadable;
    private readonly CancellationTokenSource? _source;

    /// <param name="http">The request that carries the call.</param>
    /// <param name="drain">The shutdown of the server.</param>
    /// <param name="streaming">True for a call that may last: it is told to end when the server shuts down.</param>
    public CallLifetime(HttpContext http, CallDrain drain, bool streaming)
    {
        _http = http;
        _drain = drain;
        _streaming = streaming;
        Peer = http.RequestAborted;
        _isReadable = TryReadTimeout(http.Request.Headers, out var timeout);
        if (timeout >= s_longest && !streaming)
            return;
        // A short call does not link to the shutdown: all calls would meet at the lock of that one source.
        _source = CancellationTokenSource.CreateLinkedTokenSource(Peer, streaming ? drain.Expired : default);
        http.RequestAborted = _source.Token;
        if (timeout >= s_longest)
            return;
        Deadline = DateTime.UtcNow.Add(timeout);
        _source.CancelAfter(timeout);
    }

    /// <summary>When the call must end, in UTC; <see cref="DateTime.MaxValue"/> without a deadline.</summary>
    public DateTime Deadline { get; } = DateTime.MaxValue;

    /// <summary>Fires when the peer ends the call, or its connection breaks.</summary>
    public CancellationToken Peer { get; }

    /// <exception cref="RpcFault">INVALID_REQUEST: the time that the caller gives cannot be read. Without one, a call that lasts would last
    /// for ever.</exception>
    public void RequireReadableTimeout()
    {
        if (!_isReadable)
            throw RpcFault.Invalid(new FieldFault(TimeoutHeader, "must be one value of 1 to 8 digits and a unit, of H, M, S, m, u and n"));
    }

    public CancellationToken Draining => _drain.Begun;

    /// <summary>The server shut down before the call ended.</summary>
    public bool DrainExpired => _streaming && _drain.Expired.IsCancellationRequested;

    /// <summary>Why the server ended the call; null as long as it did not.</summary>
    public RpcFault? EndedBy { get; private set; }

    /// <summary>Ends a call that may last.</summary>
    public void End(RpcFault fault)
    {
        EndedBy = fault;
        try
        {
            _source?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The call ended by itself in the meantime.
        }
    }

    /// <summary>The deadline passed. The official server, which keeps it too, may have reset the call for it already.</summary>
    public bool DeadlinePassed =>
        DateTime.UtcNow >= Deadline
        || (
            Deadline != DateTime.MaxValue && _source is { IsCancellationRequested: true } && !Peer.IsCancellationRequested
                && !DrainExpired);

    public void Dispose()
    {
        if (_source is null)
            return;
        _http.RequestAborted = Peer;
        _source.Dispose();
    }

    /// <summary>
    /// The time that the caller gives by gRPC's own header, on every face: at most eight digits and a unit. None is given: for ever.
    /// </summary>
    private static bool TryReadTimeout(IHeaderDictionary headers, out TimeSpan timeout)
    {
        timeout = TimeSpan.MaxValue;
        if (headers.GrpcTimeout.Count == 0)
            return true;
        var text = headers.GrpcTimeout.ToString();
        if (text.Length is < 2 or > 9 || !long.TryParse(text.AsSpan(..^1), NumberStyles.None, CultureInfo.InvariantCulture, out var amount))
            return false;
        timeout = text[^1] switch
        {
            'n' => TimeSpan.FromTicks((amount + TimeSpan.NanosecondsPerTick - 1) / TimeSpan.NanosecondsPerTick),
            'u' => TimeSpan.FromMicroseconds(amount),
            'm' => TimeSpan.FromMilliseconds(amount),
            'S' => TimeSpan.FromSeconds(amount),
            'M' => TimeSpan.FromMinutes(amount),
            'H' => TimeSpan.FromHours(amount),
            _ => TimeSpan.MaxValue,
        };
        return timeout != TimeSpan.MaxValue;
    }
}
