using Microsoft.AspNetCore.Http;

namespace Koda.Server.Http;

/// <summary>What ends a call early: its peer goes away, its deadline passes, or the server has drained for long enough.</summary>
internal sealed class CallLifetime : IDisposable
{
    // The longest that a timer can wait; a longer time is as good as none.
    private static readonly TimeSpan s_longestTimer = TimeSpan.FromDays(49);

    private readonly HttpContext _http;
    private readonly CallDrain _drain;
    private readonly bool _streaming;
    private CancellationTokenSource? _source;

    /// <param name="http">The request that carries the call.</param>
    /// <param name="drain">The shutdown of the server.</param>
    /// <param name="timeout">The time that the caller gives the call; null for as long as it takes.</param>
    /// <param name="streaming">True for a call that may last: it is told to end when the server shuts down.</param>
    public CallLifetime(HttpContext http, CallDrain drain, TimeSpan? timeout, bool streaming)
    {
        _http = http;
        _drain = drain;
        if (timeout > s_longestTimer)
            timeout = null;
        Deadline = timeout is { } time ? DateTime.UtcNow.Add(time) : DateTime.MaxValue;
        _streaming = streaming;
        if (timeout is null && !streaming)
            return;
        // A short call does not link to the shutdown: all calls would meet at the lock of that one source.
        _source = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, streaming ? drain.Expired : default);
        if (timeout is { } limit)
            _source.CancelAfter(limit);
    }

    /// <summary>When the call must end, in UTC; <see cref="DateTime.MaxValue"/> without a deadline.</summary>
    public DateTime Deadline { get; }

    public CancellationToken Token => _source?.Token ?? _http.RequestAborted;

    public CancellationToken Draining => _drain.Begun;

    /// <summary>The peer ended the call, or its connection broke.</summary>
    public bool PeerGone => _http.RequestAborted.IsCancellationRequested;

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

    /// <summary>The deadline passed first.</summary>
    public bool DeadlinePassed =>
        Deadline != DateTime.MaxValue && _source is { IsCancellationRequested: true } && !PeerGone && !DrainExpired;

    public void Dispose()
    {
        _source?.Dispose();
        _source = null;
    }
}
