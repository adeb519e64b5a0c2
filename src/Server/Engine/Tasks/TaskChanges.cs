using Koda.Server.Engine.Approvals;
using Koda.Server.Engine.Attempts;
using Koda.Server.Engine.Events;
using Koda.Server.Engine.Usage;
using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.Tasks;

/// <summary>
/// Locks any number of tasks, lets the rules decide in memory, and writes all that was decided with a fixed number of round trips. The log is written in
/// the same transaction.
/// </summary>
internal sealed class TaskChanges
{
    private readonly Transaction _transaction;
    private readonly Dictionary<Guid, LockedTask> _tasks = [];
    private readonly Dictionary<Guid, LockedAttempt> _attempts = [];
    private readonly List<NewApproval> _approvals = [];

    private TaskChanges(Transaction transaction) => _transaction = transaction;

    public IReadOnlyCollection<LockedTask> Tasks => _tasks.Values;

    /// <summary>Locks the tasks that exist and reads their open attempts and the attempts named.</summary>
    public static async Task<TaskChanges> Lock(
        Transaction transaction, Guid[] taskIds, Guid[] attemptIds, CancellationToken cancellationToken)
    {
        var changes = new TaskChanges(transaction);
        // Two statements: the second one's snapshot is taken when the locks are held.
        await using var batch = new NpgsqlBatch(transaction.Connection);
        batch.BatchCommands.Add(TaskStore.Lock(taskIds));
        batch.BatchCommands.Add(AttemptStore.Read(taskIds, attemptIds));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var task = TaskStore.ReadLocked(reader);
            changes._tasks.Add(task.Id, task);
        }
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            changes.Add(AttemptStore.ReadLocked(reader));
        return changes;
    }

    public LockedTask? Find(Guid taskId) => _tasks.GetValueOrDefault(taskId);

    public LockedAttempt? FindAttempt(Guid attemptId) => _attempts.GetValueOrDefault(attemptId);

    public void Add(NewApproval approval) => _approvals.Add(approval);

    /// <summary>Writes everything that was decided.</summary>
    public async Task Save(EventLog log, CancellationToken cancellationToken)
    {
        await AppendEvents(log, cancellationToken);
        await using var batch = new NpgsqlBatch(_transaction.Connection);
        AddCommand(batch, [.. _tasks.Values.Where(task => task.Changed)], TaskStore.Update);
        AddCommand(batch, [.. _attempts.Values.Where(attempt => attempt.Changed)], AttemptStore.Update);
        AddCommand(batch, [.. _tasks.Values.Where(task => task.Used != default).Select(task => (task.RunId, task.Used))], RunStore.AddUsage);
        AddCommand(batch, [.. _tasks.Values.Where(task => task.State == TaskState.Cancelled && task.Changed).Select(task => task.Id)], ApprovalStore.Cancel);
        if (_approvals.Count > 0)
            batch.BatchCommands.Add(ApprovalStore.Insert(_approvals));
        if (batch.BatchCommands.Count > 0)
            await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task AppendEvents(EventLog log, CancellationToken cancellationToken)
    {
        var written = _tasks.Values.Where(task => task.Events.Count > 0).ToList();
        var events = await log.Append(_transaction, [.. written.Select(task => new StreamAppend(task.StreamId, task.Events))], cancellationToken);
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

    private static void AddCommand<T>(NpgsqlBatch batch, List<T> rows, Func<IReadOnlyCollection<T>, NpgsqlBatchCommand> command)
    {
        if (rows.Count > 0)
            batch.BatchCommands.Add(command(rows));
    }
}
