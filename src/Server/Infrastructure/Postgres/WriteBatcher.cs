using System.Threading.Channels;
using Koda.Protos.Common.V1;
using Koda.Server.Engine;

namespace Koda.Server.Infrastructure.Postgres;

/// <summary>
/// Group commit, in one transaction after the other: what callers bring while one is being committed shares the next. An item that comes
/// alone is written at once; results keep the order of the items. An item that makes its batch fail fails by itself; the others are written
/// without it.
/// </summary>
internal sealed class WriteBatcher<TItem, TResult> : IAsyncDisposable
{
    private static readonly TimeSpan s_betweenTries = TimeSpan.FromMilliseconds(250);

    private readonly Database _database;
    private readonly Func<Transaction, IReadOnlyList<TItem>, CancellationToken, Task<IReadOnlyList<TResult>>> _write;
    private readonly WriteBatcherOptions _options;
    private readonly Channel<Waiting> _queue;
    private readonly Task _writer;
    private volatile bool _isStopping;

    /// <param name="database">Where the transactions run.</param>
    /// <param name="write">Writes a batch and returns one result for each item, in order. May run again for the same items.</param>
    /// <param name="options">The bounds.</param>
    public WriteBatcher(
        Database database,
        Func<Transaction, IReadOnlyList<TItem>, CancellationToken, Task<IReadOnlyList<TResult>>> write,
        WriteBatcherOptions? options = null)
    {
        _database = database;
        _write = write;
        _options = options ?? new WriteBatcherOptions();
        _queue = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(_options.Capacity) { FullMode = BoundedChannelFullMode.Wait });
        _writer = Task.Run(WriteBatches);
    }

    /// <summary>Queues an item and returns its result once it is committed.</summary>
    /// <param name="item">What to write.</param>
    /// <param name="cancellationToken">Ends the wait. An item whose caller has gone before its turn is not written.</param>
    /// <exception cref="EngineException">The queue is full, or the item could not be written.</exception>
    public async Task<TResult> Write(TItem item, CancellationToken cancellationToken)
    {
        var waiting = new Waiting(item, cancellationToken);
        if (!_queue.Writer.TryWrite(waiting))
            throw Refusal();
        return await waiting.Result.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Writes what is queued, then ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _isStopping = true;
        _queue.Writer.TryComplete();
        await _writer;
    }

    private EngineException Refusal() =>
        _isStopping
            ? new EngineException(ErrorReason.Unavailable, "The server is stopping.", retryAfter: _options.RetryAfter)
            : new EngineException(
                _options.FullReason, $"{_options.Capacity} changes are waiting to be written.", retryAfter: _options.RetryAfter);

    private async Task WriteBatches()
    {
        var batch = new List<Waiting>(_options.MaxBatch);
        while (await _queue.Reader.WaitToReadAsync())
        {
            batch.Clear();
            // Those that the last commit has answered, and those whose item is nearly here, run first: one large batch costs less than two
            // small ones.
            await Task.Yield();
            while (batch.Count < _options.MaxBatch && _queue.Reader.TryRead(out var waiting))
            {
                if (!waiting.IsAbandoned())
                    batch.Add(waiting);
            }
            if (batch.Count > 0)
                await WriteBatch(batch);
        }
    }

    private async Task WriteBatch(IReadOnlyList<Waiting> batch)
    {
        try
        {
            var items = batch.Select(waiting => waiting.Item).ToArray();
            var results = await _database.InTransaction((transaction, token) => _write(transaction, items, token), CancellationToken.None);
            _options.Committed(items.Length);
            for (var i = 0; i < batch.Count; i++)
                batch[i].Result.TrySetResult(results[i]);
        }
        catch (EngineException failure) when (DatabaseTroubles.IsTrouble(failure) && _options.KeepsTrying && !_isStopping)
        {
            await Task.Delay(s_betweenTries);
            await WriteBatch(batch);
        }
        catch (EngineException failure) when (DatabaseTroubles.IsTrouble(failure))
        {
            foreach (var waiting in batch)
                waiting.Result.TrySetException(failure);
            RefuseQueued(failure);
        }
        catch (Exception failure) when (batch.Count == 1 || failure is EngineException { Reason: ErrorReason.Unavailable })
        {
            // One by one would meet the same, or, after a commit of unknown outcome, write twice.
            foreach (var waiting in batch)
                waiting.Result.TrySetException(failure);
        }
        catch (Exception)
        {
            // Nothing was written. Whichever item is at fault reports it when it is alone.
            foreach (var waiting in batch)
                await WriteBatch([waiting]);
        }
    }

    /// <summary>Tells those who came meanwhile what they would meet too: each would wait once more for as long as this batch has.</summary>
    private void RefuseQueued(EngineException failure)
    {
        for (var left = _queue.Reader.Count; left > 0 && _queue.Reader.TryRead(out var waiting); left--)
            waiting.Result.TrySetException(DatabaseTroubles.NotTried(failure));
    }

    private sealed class Waiting(TItem item, CancellationToken cancellationToken)
    {
        public TItem Item { get; } = item;

        public TaskCompletionSource<TResult> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsAbandoned() => cancellationToken.IsCancellationRequested && Result.TrySetCanceled(cancellationToken);
    }
}
