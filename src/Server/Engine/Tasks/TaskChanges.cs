using Koda.Server.Engine.Approvals;
using Koda.Server.Engine.Attempts;
using Koda.Server.Engine.Events;
using Koda.Server.Engine.Providers;
using Koda.Server.Engine.Runs;
using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.Tasks;

/// <summary>
/// Locks any number of tasks with their streams, lets the rules decide in memory, and writes all that was decided, with its events,
/// together with the commit: two round trips for any number of tasks.
/// </summary>
internal sealed class TaskChanges
{
    private readonly Transaction _transaction;
    private readonly Dictionary<Guid, LockedTask> _tasks = [];
    private readonly Dictionary<Guid, LockedAttempt> _attempts = [];
    private readonly List<NewApproval> _approvals = [];
    private readonly List<RequestedPause> _pauses = [];
    private Dictionary<Guid, StreamHead> _heads = [];
    private DateTime _time;

    private TaskChanges(Transaction transaction) => _transaction = transaction;

    public IReadOnlyCollection<LockedTask> Tasks => _tasks.Values;

    /// <summary>How the attempts ended that were decided to end.</summary>
    public IEnumerable<AttemptOutcome> EndedAttempts =>
        _attempts.Values.Where(attempt => attempt.Changed).Select(attempt => attempt.Outcome).OfType<AttemptOutcome>();

    /// <summary>Locks the tasks that exist and reads their open attempts and the attempts named.</summary>
    public static async Task<TaskChanges> Lock(
        Transaction transaction, Guid[] taskIds, Guid[] attemptIds, CancellationToken cancellationToken)
    {
        var changes = new TaskChanges(transaction);
        // One statement after the other: each has a snapshot that was taken when the locks before it were held.
        await using var batch = new NpgsqlBatch(transaction.Connection);
        batch.BatchCommands.Add(TaskStore.Lock(taskIds));
        batch.BatchCommands.Add(AttemptStore.Read(taskIds, attemptIds));
        batch.BatchCommands.Add(EventStore.LockHeadsOfTasks(taskIds));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var task = TaskStore.ReadLocked(reader);
            changes._tasks.Add(task.Id, task);
        }
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            changes.Add(AttemptStore.ReadLocked(reader));
        await reader.NextResultAsync(cancellationToken);
        changes._heads = await EventStore.ReadHeads(transaction, reader, cancellationToken);
        await reader.DisposeAsync();
        changes._time = await transaction.Time(cancellationToken);
        return changes;
    }

    public LockedTask? Find(Guid taskId) => _tasks.GetValueOrDefault(taskId);

    public LockedAttempt? FindAttempt(Guid attemptId) => _attempts.GetValueOrDefault(attemptId);

    public void Add(NewApproval approval) => _approvals.Add(approval);

    public void Add(RequestedPause pause) => _pauses.Add(pause);

    /// <summary>A provider asked for a pause.</summary>
    public bool HasPauses => _pauses.Count > 0;

    /// <summary>Has everything that was decided written with the commit.</summary>
    public void Save(EventLog log)
    {
        AppendEvents(log);
        Defer([.. _tasks.Values.Where(task => task.Changed)], TaskStore.Update);
        Defer([.. _attempts.Values.Where(attempt => attempt.Changed)], AttemptStore.Update);
        Defer([.. _tasks.Values.Where(task => task.Used != default).Select(task => (task.RunId, task.Used))], RunStore.AddUsage);
        Defer(ModelUses(), UsageDayStore.Add);
        Defer(
            [.. _tasks.Values.Where(task => task.State == TaskState.Cancelled && task.Changed).Select(task => task.Id)],
            ApprovalStore.Cancel);
        Defer(_approvals, ApprovalStore.Insert);
        Defer(_pauses, CooldownStore.Record);
    }

    private List<ModelUse> ModelUses() =>
    [
        .. _tasks.Values
            .SelectMany(task => task.UsedByModel.Select(use => (task.AgentId, Model: use.Key, Used: use.Value)))
            .GroupBy(use => (use.AgentId, use.Model))
            .Select(uses => new ModelUse(
                uses.Key.AgentId, uses.Key.Model, uses.Aggregate(default(UsageTotals), (sum, use) => sum + use.Used))),
    ];

    private void AppendEvents(EventLog log)
    {
        var written = _tasks.Values.Where(task => task.Events.Count > 0).ToList();
        var events = log.Append(_transaction, _heads, _time, [.. written.Select(task => new StreamAppend(task.StreamId, task.Events))]);
        var at = 0;
        foreach (var task in written)
        {
            foreach (var (attempt, position) in task.RecordedBatches)
                attempt.LastSeq = events[at + position].Seq;
            at += task.Events.Count;
        }
    }

    private void Add(LockedAttempt attempt)
    {
        _attempts.Add(attempt.Id, attempt);
        if (attempt.IsOpen && _tasks.TryGetValue(attempt.TaskId, out var task))
            task.Open = attempt;
    }

    private void Defer<T>(List<T> rows, Func<IReadOnlyCollection<T>, NpgsqlBatchCommand> write)
    {
        if (rows.Count > 0)
            _transaction.Defer(write(rows));
    }
}
