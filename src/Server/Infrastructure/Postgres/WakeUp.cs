namespace Koda.Server.Infrastructure.Postgres;

/// <summary>One listener to a signal.</summary>
internal sealed class WakeUp : IDisposable
{
    private readonly WakeUps _source;
    private readonly SemaphoreSlim _raised = new(0, 1);

    internal WakeUp(WakeUps source, string name)
    {
        _source = source;
        Name = name;
    }

    internal string Name { get; }

    /// <summary>Returns when the signal was raised since the last return, at once if it was already.</summary>
    public Task Wait(CancellationToken cancellationToken) => _raised.WaitAsync(cancellationToken);

    /// <summary>Waits at most <paramref name="timeout"/>.</summary>
    /// <returns>False when the time passed without a signal.</returns>
    public Task<bool> Wait(TimeSpan timeout, CancellationToken cancellationToken) => _raised.WaitAsync(timeout, cancellationToken);

    public void Dispose() => _source.Forget(this);

    internal void Set()
    {
        lock (_raised)
        {
            if (_raised.CurrentCount == 0)
                _raised.Release();
        }
    }
}
