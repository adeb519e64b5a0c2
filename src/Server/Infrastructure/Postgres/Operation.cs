using System.Diagnostics;

namespace Koda.Server.Infrastructure.Postgres;

/// <summary>
/// A piece of work at the database whose caller may stop waiting for it. What is given up before its commit is never committed; which of
/// both comes first is decided here.
/// </summary>
internal sealed class Operation : IDisposable
{
    private const int Working = 0;
    private const int Committing = 1;
    private const int GivenUp = 2;

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _over;
    private readonly long _startedAt = Stopwatch.GetTimestamp();
    private bool _isDisposed;
    private int _state;

    /// <param name="caller">Is cancelled when the caller goes.</param>
    public Operation(CancellationToken caller)
    {
        _over = CancellationTokenSource.CreateLinkedTokenSource(caller);
        Over = _over.Token;
    }

    /// <summary>Is cancelled when the caller goes, or the connection is known to be silent: there is nothing to wait for.</summary>
    public CancellationToken Over { get; }

    /// <summary>How long it has been waited for.</summary>
    public TimeSpan Age => Stopwatch.GetElapsedTime(_startedAt);

    /// <summary>PostgreSQL's process that works at it; 0 while it has no connection.</summary>
    public int ProcessId { get; set; }

    /// <summary>Whether its connection carries nothing any more.</summary>
    public bool IsSilent { get; private set; }

    /// <summary>The pool that the work takes its connection from.</summary>
    public Npgsql.NpgsqlDataSource? Source { get; set; }

    /// <summary>Whether its commit was sent, so that it may be stored.</summary>
    public bool MayBeStored => Volatile.Read(ref _state) == Committing;

    /// <summary>Whether its caller is gone.</summary>
    public bool IsGivenUp => Volatile.Read(ref _state) == GivenUp;

    /// <summary>From here on nobody can give it up.</summary>
    /// <exception cref="OperationCanceledException">Its caller has given it up.</exception>
    public void BeginCommit()
    {
        if (Interlocked.CompareExchange(ref _state, Committing, Working) == GivenUp)
            throw new OperationCanceledException("The caller did not wait for it.");
    }

    /// <summary>The database rolled it back for certain, and it begins anew.</summary>
    /// <exception cref="OperationCanceledException">Its caller has given it up.</exception>
    public void BeginAnew()
    {
        if (Interlocked.CompareExchange(ref _state, Working, Committing) == GivenUp)
            throw new OperationCanceledException("The caller did not wait for it.");
        // The connection that it had is another's now.
        ProcessId = 0;
    }

    /// <summary>Its connection was found to be silent.</summary>
    public void FallSilent()
    {
        lock (_gate)
        {
            IsSilent = true;
            if (!_isDisposed)
                _ = _over.CancelAsync();
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _over.Dispose();
        }
    }

    /// <returns>False when its commit was sent already.</returns>
    public bool GiveUp() => Interlocked.CompareExchange(ref _state, GivenUp, Working) != Committing;
}
