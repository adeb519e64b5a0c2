using Koda.Server.Engine.Attempts;
using Koda.Server.Engine.Events;
using Koda.Server.Engine.Providers;
using Koda.Server.Engine.Tasks;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Dispatch;

/// <summary>What one worker can take now. Empty lists mean "any".</summary>
internal sealed record WorkerDemand(string WorkerId, IReadOnlyList<string> AgentIds, IReadOnlyList<string> WorkspaceRoots, int Credit);

/// <summary>A task with the attempt that was opened for a worker.</summary>
internal sealed record ClaimedAttempt(ClaimedTask Task, AttemptKey Attempt, string WorkerId, long JournalLength);

/// <summary>Claims tasks for all waiting workers of a server in one transaction. Safe with any number of servers.</summary>
internal sealed class ClaimTasks(Database database, EventLog log, ProviderLoad load, EngineMetrics metrics, EngineOptions options)
{
    /// <summary>The most tasks that one group of like workers gets at once.</summary>
    public int Most => options.MaxClaim;

    public Task<IReadOnlyList<ClaimedAttempt>> Execute(IReadOnlyList<WorkerDemand> workers, CancellationToken cancellationToken) =>
        database.InTransaction((transaction, token) => Claim(transaction, workers, token), cancellationToken);

    private async Task<IReadOnlyList<ClaimedAttempt>> Claim(
        Transaction transaction, IReadOnlyList<WorkerDemand> workers, CancellationToken cancellationToken)
    {
        var groups = workers.GroupBy(worker => (string.Join('\n', worker.AgentIds), string.Join('\n', worker.WorkspaceRoots))).ToList();
        var tasks = await TaskStore.Claim(transaction, [.. groups.Select(Sum)], load, cancellationToken);
        var claimed = groups.Zip(tasks, Share).SelectMany(attempts => attempts).ToList();
        if (claimed.Count == 0)
            return [];
        transaction.AfterCommit(() => metrics.Claimed(claimed.Count));
        var attempts = claimed.Select(attempt => (attempt.Attempt.AttemptId, attempt.Task.Id, attempt.Task.Attempt, attempt.WorkerId)).ToList();
        transaction.Defer(AttemptStore.Insert(attempts, options.Offer));
        var heads = claimed.Select(attempt => attempt.Task.Head).DistinctBy(head => head.Id).ToDictionary(head => head.Id);
        var events = log.Append(transaction, heads, await transaction.Time(cancellationToken), [.. claimed.Select(Started)]);
        return [.. claimed.Zip(events, (attempt, started) => attempt with { JournalLength = started.Seq })];
    }

    private ClaimDemand Sum(IEnumerable<WorkerDemand> group)
    {
        var first = group.First();
        return new ClaimDemand([.. first.AgentIds.Select(id => id.ToLowerInvariant())], [.. first.WorkspaceRoots], Math.Min(group.Sum(worker => worker.Credit), options.MaxClaim));
    }

    /// <summary>Deals tasks out one at a time, to the worker that can still take most.</summary>
    private static IEnumerable<ClaimedAttempt> Share(IEnumerable<WorkerDemand> group, IReadOnlyList<ClaimedTask> tasks)
    {
        var waiting = new PriorityQueue<WorkerDemand, int>(group.Select(worker => (worker, -worker.Credit)));
        foreach (var task in tasks)
        {
            waiting.TryDequeue(out var worker, out var credit);
            yield return new ClaimedAttempt(task, new AttemptKey(Guid.CreateVersion7(), task.Attempt), worker!.WorkerId, JournalLength: 0);
            waiting.Enqueue(worker, credit + 1);
        }
    }

    private static StreamAppend Started(ClaimedAttempt claimed) =>
        new(claimed.Task.StreamId, [TaskEvents.Started(claimed.Task.RunId, claimed.Task.Attempt, claimed.WorkerId)]);
}
