using Koda.Protos.Worker.V1;

namespace Koda.Worker.Session;

/// <summary>The attempts that this worker holds, and how many more it takes.</summary>
internal sealed class HeldAttempts(int slots)
{
    /// <summary>How many ended attempts, in slots, may wait for the server before no more are taken.</summary>
    private const int UnclosedPerSlot = 4;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, HeldAttempt> _held = [];
    private readonly Dictionary<HeldAttempt, (string TaskId, Task Done)> _running = [];
    private TaskCompletionSource _empty = Completed();

    /// <summary>How many more offers the worker takes now.</summary>
    public int Credit
    {
        get
        {
            lock (_gate)
                return Math.Max(0, Math.Min(slots - _running.Count, (slots * UnclosedPerSlot) - _held.Count));
        }
    }

    public int Count
    {
        get
        {
            lock (_gate)
                return _held.Count;
        }
    }

    public HeldAttempt[] All()
    {
        lock (_gate)
            return [.. _held.Values];
    }

    public HeldAttempt? Find(AttemptRef attempt)
    {
        lock (_gate)
            return _held.GetValueOrDefault(attempt.AttemptId) is { } held && held.Ref.FencingToken == attempt.FencingToken ? held : null;
    }

    public void Add(HeldAttempt attempt)
    {
        lock (_gate)
        {
            _held.Add(attempt.Ref.AttemptId, attempt);
            if (_empty.Task.IsCompleted)
                _empty = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public void Remove(HeldAttempt attempt)
    {
        lock (_gate)
        {
            _held.Remove(attempt.Ref.AttemptId);
            if (_held.Count == 0)
                _empty.TrySetResult();
        }
    }

    /// <summary>Waits until every attempt is closed or lost.</summary>
    public Task Empty(CancellationToken cancellationToken)
    {
        lock (_gate)
            return _empty.Task.WaitAsync(cancellationToken);
    }

    /// <summary>
    /// Takes a slot for <paramref name="run"/> until it ends. An earlier attempt at the same task that is still being stopped ends first,
    /// so that two never work in one workspace.
    /// </summary>
    public void Run(HeldAttempt attempt, Func<Task> run)
    {
        lock (_gate)
        {
            var task = attempt.Assignment.TaskId;
            var earlier = Task.WhenAll(_running.Values.Where(other => other.TaskId == task).Select(other => other.Done));
            _running.Add(attempt, (task, Task.Run(InSlot)));

            async Task InSlot()
            {
                await earlier;
                await run();
                lock (_gate)
                    _running.Remove(attempt);
            }
        }
    }

    private static TaskCompletionSource Completed()
    {
        var done = new TaskCompletionSource();
        done.SetResult();
        return done;
    }
}
