using System.Collections.Frozen;
using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Attempts;
using Koda.Server.Engine.Events;
using Koda.Server.Engine.Providers;
using Koda.Server.Engine.Tasks;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Dispatch;

/// <summary>What one worker can take now. Empty lists mean "any".</summary>
internal sealed record WorkerDemand(string WorkerId, IReadOnlyList<string> AgentIds, IReadOnlyList<string> WorkspaceRoots, int Credit)
{
    /// <summary>What it is for. Empty: nothing in particular.</summary>
    public string Role { get; init; } = "";

    /// <summary>What it has.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];
}

/// <summary>What workers that may take the same tasks have in common; one for which tasks wait by its id is like no other.</summary>
internal sealed record WorkerLikeness(string AgentIds, string WorkspaceRoots, string Role, string Tags, string WorkerId);

/// <summary>A task with the attempt that was opened for a worker.</summary>
internal sealed record ClaimedAttempt(ClaimedTask Task, AttemptKey Attempt, string WorkerId, long JournalLength);

/// <summary>What was claimed, and the workers for which nothing is left.</summary>
internal sealed record Claim(IReadOnlyList<ClaimedAttempt> Attempts, IReadOnlyList<WorkerLikeness> Satisfied);

/// <summary>Claims tasks for all waiting workers of a server in one transaction. Safe with any number of servers.</summary>
internal sealed class ClaimTasks(
    Database database,
    EventLog log,
    ProviderLoad load,
    QueueDepth depth,
    EngineMetrics metrics,
    TaskMetrics taskMetrics,
    EngineOptions options)
{
    // In so many turns workers that are not alike take what each of them may take, so that none is always the first.
    private const int MostTurns = 4;

    // The workers for which tasks waited by their ids at the last claim. A new one is seen by it and served by the next.
    private volatile FrozenSet<string> _awaited = [];

    private int _first;

    /// <summary>What the worker has in common with others, as far as it is known now.</summary>
    public WorkerLikeness LikenessOf(WorkerDemand worker) => new(
        string.Join('\n', worker.AgentIds), string.Join('\n', worker.WorkspaceRoots), worker.Role, string.Join('\n', worker.Tags),
        _awaited.Contains(worker.WorkerId) ? worker.WorkerId : "");

    public Task<Claim> Execute(IReadOnlyList<WorkerDemand> workers, CancellationToken cancellationToken) =>
        database.InTransaction((transaction, token) => Execute(transaction, workers, token), cancellationToken);

    private async Task<Claim> Execute(Transaction transaction, IReadOnlyList<WorkerDemand> workers, CancellationToken cancellationToken)
    {
        var groups = workers.GroupBy(LikenessOf).Select(alike => new Group(alike.Key, [.. alike], options.MaxClaim)).ToList();
        var turns = TurnsOf(groups);
        var claimed = await TaskStore.Claim(transaction, [.. turns.Select(turn => turn.Demand)], load, cancellationToken);
        _awaited = [.. claimed.AwaitedWorkers];
        foreach (var (turn, tasks) in turns.Zip(claimed.Tasks))
            turn.Group.Tasks.AddRange(tasks);
        var attempts = await Open(transaction, [.. groups.SelectMany(group => group.Share())], cancellationToken);
        return new Claim(attempts, [.. groups.Where(group => group.IsSatisfied).Select(group => group.Likeness)]);
    }

    private async Task<IReadOnlyList<ClaimedAttempt>> Open(
        Transaction transaction, IReadOnlyList<ClaimedAttempt> claimed, CancellationToken cancellationToken)
    {
        if (claimed.Count == 0)
            return [];
        transaction.AfterCommit(() =>
        {
            depth.Take(claimed.Count);
            taskMetrics.Started(claimed.Count);
            metrics.Batch("claim", claimed.Count);
        });
        var attempts = claimed
            .Select(attempt => (attempt.Attempt.AttemptId, attempt.Task.Id, attempt.Task.Attempt, attempt.WorkerId))
            .ToList();
        transaction.Defer(AttemptStore.Insert(attempts, options.Offer));
        var heads = claimed.Select(attempt => attempt.Task.Head).DistinctBy(head => head.Id).ToDictionary(head => head.Id);
        var events = log.Append(transaction, heads, await transaction.Time(cancellationToken), [.. claimed.Select(Started)]);
        return [.. claimed.Zip(events, (attempt, started) => attempt with { JournalLength = started.Seq })];
    }

    /// <summary>Who claims when, and how much. Those who begin change from claim to claim.</summary>
    private List<(Group Group, ClaimDemand Demand)> TurnsOf(List<Group> groups)
    {
        var first = (int)((uint)Interlocked.Increment(ref _first) % groups.Count);
        var order = groups.Skip(first).Concat(groups.Take(first)).ToList();
        var askers = groups.SelectMany(group => group.AgentIds).CountBy(id => id).ToDictionary();
        var anyAgent = groups.Exists(group => group.AgentIds.Length == 0);
        var sizes = order.ConvertAll(group =>
            groups.Count > 1 && (anyAgent || group.AgentIds.Any(id => askers[id] > 1))
                ? (group.Credit + MostTurns - 1) / MostTurns
                : group.Credit);
        return
        [
            .. Enumerable
                .Range(0, MostTurns)
                .SelectMany(turn => order.Zip(sizes, (group, size) => (Group: group, Credit: Math.Min(size, group.Credit - (turn * size)))))
                .Where(turn => turn.Credit > 0)
                .Select(turn => (turn.Group, turn.Group.Demand(turn.Credit))),
        ];
    }

    /// <summary>Workers that may take the same tasks.</summary>
    private sealed class Group(WorkerLikeness likeness, IReadOnlyList<WorkerDemand> workers, int maxClaim)
    {
        /// <summary>The agents that they run, in lower case. Empty: any.</summary>
        public string[] AgentIds { get; } = [.. workers[0].AgentIds.Select(id => id.ToLowerInvariant()).Distinct()];

        public WorkerLikeness Likeness => likeness;

        public int Credit { get; } = Math.Min(workers.Sum(worker => worker.Credit), maxClaim);

        public List<ClaimedTask> Tasks { get; } = [];

        /// <summary>With less than was asked for, nothing is left that these workers may take.</summary>
        public bool IsSatisfied => Tasks.Count < Credit;

        public ClaimDemand Demand(int credit) => new(AgentIds, [.. workers[0].WorkspaceRoots], credit)
        {
            Offers = [.. WorkerRoute.Offers(workers[0].Role, workers[0].Tags, likeness.WorkerId)],
        };

        /// <summary>Deals the tasks out one at a time, to the worker that can still take most.</summary>
        public IEnumerable<ClaimedAttempt> Share()
        {
            var waiting = new PriorityQueue<WorkerDemand, int>(workers.Select(worker => (worker, -worker.Credit)));
            foreach (var task in Tasks)
            {
                waiting.TryDequeue(out var worker, out var credit);
                yield return new ClaimedAttempt(
                    task, new AttemptKey(Guid.CreateVersion7(), task.Attempt), worker!.WorkerId, JournalLength: 0);
                waiting.Enqueue(worker, credit + 1);
            }
        }
    }

    private static StreamAppend Started(ClaimedAttempt claimed) =>
        new(claimed.Task.StreamId, [TaskEvents.Started(claimed.Task.RunId, claimed.Task.Attempt, claimed.WorkerId)]);
}
