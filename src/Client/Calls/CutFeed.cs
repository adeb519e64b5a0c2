using Grpc.Core;

namespace Koda.Client.Calls;

/// <summary>The patience of a feed that is cut: how long it tries to go on, and when it gives up.</summary>
/// <param name="options">How patient the client is.</param>
/// <param name="onCut">Told of each cut and of the pause before the next attempt.</param>
internal sealed class CutFeed(KodaClientOptions options, Action<KodaException, TimeSpan>? onCut)
{
    private readonly TimeProvider _time = options.TimeProvider;
    private int _failures;
    private long _cutAt;

    /// <summary>The feed gave something new.</summary>
    public void Alive() => _failures = 0;

    /// <summary>Waits before the next attempt.</summary>
    /// <exception cref="KodaException">The error is one that stays, or the feed was cut for too long.</exception>
    public async Task Pause(KodaException error, CancellationToken cancellationToken)
    {
        if (_failures++ == 0)
            _cutAt = _time.GetTimestamp();
        if (!CanResume(error.Status) || _time.GetElapsedTime(_cutAt) > options.ResumeFor)
            throw error;
        var pause = Backoff.After(_failures, options, error.RetryAfter);
        onCut?.Invoke(error, pause);
        await Task.Delay(pause, _time, cancellationToken);
    }

    /// <summary>A connection that breaks shows as any of these, depending on where it breaks.</summary>
    private static bool CanResume(StatusCode status) => status
        is StatusCode.Unavailable or StatusCode.Internal or StatusCode.Unknown or StatusCode.Cancelled
        or StatusCode.Aborted or StatusCode.DeadlineExceeded or StatusCode.ResourceExhausted;
}
