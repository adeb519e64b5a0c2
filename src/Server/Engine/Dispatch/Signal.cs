namespace Koda.Server.Engine.Dispatch;

/// <summary>Wakes one loop of this server. Raised while nobody waits, it is remembered once.</summary>
internal sealed class Signal : IDisposable
{
    private readonly SemaphoreSlim _raised = new(0, 1);
    private readonly Lock _gate = new();

    public void Raise()
    {
        lock (_gate)
        {
            if (_raised.CurrentCount == 0)
                _raised.Release();
        }
    }

    /// <returns>False when the time passed without a signal.</returns>
    public Task<bool> Wait(TimeSpan timeout, CancellationToken cancellationToken) => _raised.WaitAsync(timeout, cancellationToken);

    public void Dispose() => _raised.Dispose();
}
