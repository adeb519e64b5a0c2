using Koda.Protos.Worker.V1;

namespace Koda.Worker.Session;

/// <summary>Tells a running attempt to stop: after its current step, or at once.</summary>
internal sealed class AttemptStop(TimeProvider time) : IDisposable
{
    private readonly CancellationTokenSource _now = new(Timeout.InfiniteTimeSpan, time);
    private volatile StopReason _reason;

    /// <summary>Why to stop. Unspecified while nobody asked.</summary>
    public StopReason Reason => _reason;

    /// <summary>Whether to stop before the next step.</summary>
    public bool Requested => _reason != StopReason.Unspecified || Now.IsCancellationRequested;

    /// <summary>Cancelled when the attempt must not go on, not even to the end of its step.</summary>
    public CancellationToken Now => _now.Token;

    /// <summary>Asks to stop before the next step, and at once when that takes longer than <paramref name="patience"/>.</summary>
    public void AfterStep(StopReason reason, TimeSpan patience)
    {
        _reason = reason;
        _now.CancelAfter(patience);
    }

    public void AtOnce(StopReason reason)
    {
        _reason = reason;
        _now.Cancel();
    }

    public void Dispose() => _now.Dispose();
}
