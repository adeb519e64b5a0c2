using Koda.Protos.Worker.V1;

namespace Koda.Worker.Session;

/// <summary>The events of one attempt on their way to the log: queued, cut into numbered batches, kept until they are committed.</summary>
internal sealed class AttemptEvents(AttemptRef attempt)
{
    private const int MaxBatchBytes = 256 * 1024;
    private const long RoomBytes = 2 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Queue<ReportedEvent> _queued = new();
    private readonly Queue<Batch> _uncommitted = new();
    private readonly List<(long Through, TaskCompletionSource Committed)> _waiting = [];
    private long _reported;
    private long _committed;
    private long _lastBatch;
    private long _bytes;

    /// <summary>Whether every batch that was cut is committed.</summary>
    public bool AllCommitted
    {
        get
        {
            lock (_gate)
                return _uncommitted.Count == 0;
        }
    }

    public void Add(ReportedEvent reported)
    {
        lock (_gate)
        {
            _queued.Enqueue(reported);
            _reported++;
            _bytes += reported.Payload.Length;
        }
    }

    public Task Committed(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_committed == _reported)
                return Task.CompletedTask;
            var committed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((_reported, committed));
            return committed.Task.WaitAsync(cancellationToken);
        }
    }

    public Task Room(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_bytes < RoomBytes)
                return Task.CompletedTask;
        }
        return Committed(cancellationToken);
    }

    /// <summary>Adds the batches that are ready to be sent while <paramref name="budget"/> bytes are left.</summary>
    /// <returns>False when more is ready than the budget allowed.</returns>
    public bool Collect(WorkRequest message, ref int budget)
    {
        lock (_gate)
        {
            while (_queued.Count > 0)
                _uncommitted.Enqueue(Cut());
            foreach (var batch in _uncommitted.Where(batch => !batch.Sent))
            {
                if (budget <= 0)
                    return false;
                message.Events.Add(batch.Events);
                budget -= batch.Bytes;
                batch.Sent = true;
            }
            return true;
        }
    }

    /// <summary>Takes the events that are in no batch yet, to go with the end of the attempt.</summary>
    public IReadOnlyList<ReportedEvent> TakeQueued()
    {
        lock (_gate)
        {
            ReportedEvent[] rest = [.. _queued];
            _queued.Clear();
            return rest;
        }
    }

    /// <summary>The server committed every batch up to <paramref name="number"/>.</summary>
    public void Recorded(long number)
    {
        List<TaskCompletionSource> done = [];
        lock (_gate)
        {
            while (_uncommitted.TryPeek(out var batch) && batch.Events.Batch <= number)
            {
                _committed = batch.Through;
                _bytes -= batch.PayloadLength;
                _uncommitted.Dequeue();
            }
            done.AddRange(_waiting.Where(waiter => waiter.Through <= _committed).Select(waiter => waiter.Committed));
            _waiting.RemoveAll(waiter => waiter.Through <= _committed);
        }
        foreach (var committed in done)
            committed.TrySetResult();
    }

    /// <summary>Has every uncommitted batch sent once more: the connection that carried it is gone.</summary>
    public void SendAgain()
    {
        lock (_gate)
        {
            foreach (var batch in _uncommitted)
                batch.Sent = false;
        }
    }

    private Batch Cut()
    {
        var events = new EventBatch { Attempt = attempt, Batch = ++_lastBatch };
        var length = 0L;
        var bytes = 0;
        while (bytes < MaxBatchBytes && _queued.TryDequeue(out var next))
        {
            events.Events.Add(next);
            length += next.Payload.Length;
            bytes += next.CalculateSize();
        }
        return new Batch { Events = events, Through = _reported - _queued.Count, PayloadLength = length, Bytes = bytes };
    }

    private sealed class Batch
    {
        public required EventBatch Events { get; init; }

        /// <summary>How many events of the attempt are reported with this batch and those before it.</summary>
        public required long Through { get; init; }

        public required long PayloadLength { get; init; }

        public required int Bytes { get; init; }

        public bool Sent { get; set; }
    }
}
