using Koda.Protos.Common.V1;
using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Events;
using Koda.Server.Engine.Idempotency;
using Koda.Server.Engine.Settings;
using Koda.Server.Engine.Runs;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Tasks;

/// <summary>What a submission is answered with: the new task, or the answer that was stored for the same request before.</summary>
internal sealed record SubmittedTask(TaskRecord? Task, byte[]? Replayed);

/// <summary>Takes tasks. Submissions of many callers are committed together: task, run, stream, first event and idempotency key.</summary>
internal sealed class SubmitTask : IAsyncDisposable
{
    private readonly CurrentSettings _settings;
    private readonly AgentCatalog _agents;
    private readonly QueueDepth _depth;
    private readonly WorkspaceRules _workspaces;
    private readonly ITaskWarnings _warnings;
    private readonly EventLog _log;
    private readonly WorkNews _work;
    private readonly WriteBatcher<Request, Answer> _batcher;

    public SubmitTask(
        Database database,
        CurrentSettings settings,
        AgentCatalog agents,
        QueueDepth depth,
        WorkspaceRules workspaces,
        ITaskWarnings warnings,
        EventLog log,
        WorkNews work,
        EngineMetrics metrics,
        EngineOptions options)
    {
        _settings = settings;
        _agents = agents;
        _depth = depth;
        _workspaces = workspaces;
        _warnings = warnings;
        _log = log;
        _work = work;
        var bounds = new WriteBatcherOptions
        {
            Capacity = options.MaxPendingSubmissions,
            FullReason = ErrorReason.TaskQueueFull,
            Committed = size => metrics.Batch("submission", size),
        };
        _batcher = new WriteBatcher<Request, Answer>(database, Write, bounds);
    }

    private sealed record Request(NewTask Task, IdempotencyKey? Key, Func<TaskRecord, byte[]> Encode, IReadOnlyList<TaskWarning> Warnings);

    private sealed record Answer(SubmittedTask? Submitted, EngineException? Refusal);

    /// <summary>Submits a task; when it returns, the task is committed.</summary>
    /// <param name="submission">The task.</param>
    /// <param name="key">Makes the same request again give the same answer.</param>
    /// <param name="encode">Writes the answer that is stored for the key.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="EngineException">AGENT_NOT_FOUND, AGENT_NOT_RUNNABLE, WORKSPACE_REFUSED, WORKSPACE_NOT_SERVED, TASK_QUEUE_FULL,
    /// UNAVAILABLE, IDEMPOTENCY_CONFLICT, IDEMPOTENCY_IN_PROGRESS.</exception>
    public async Task<SubmittedTask> Execute(
        TaskSubmission submission, IdempotencyKey? key, Func<TaskRecord, byte[]> encode, CancellationToken cancellationToken)
    {
        if (!(await _settings.Read(cancellationToken)).Policy.AcceptTasks)
            throw NotAccepted();
        await _workspaces.Check(submission.Context.Workspace, cancellationToken);
        var agent = await _agents.Runnable(submission.AgentId, cancellationToken);
        _depth.Admit();
        var storable = submission with { Query = StorableText.Of(submission.Query) };
        var warnings = await _warnings.For(agent.Id, agent.Definition, submission.Context.Workspace, cancellationToken);
        var answer = await _batcher.Write(
            new Request(new NewTask(TaskIds.Next(), agent, storable), key, encode, warnings), cancellationToken);
        return answer.Submitted ?? throw answer.Refusal!;
    }

    internal static EngineException NotAccepted() => new(
        ErrorReason.Unavailable,
        "No tasks are taken now: the owner has switched them off.",
        new Dictionary<string, string> { ["reason"] = "tasks_switched_off" },
        retryAfter: TimeSpan.FromMinutes(1));

    public ValueTask DisposeAsync() => _batcher.DisposeAsync();

    private async Task<IReadOnlyList<Answer>> Write(
        Transaction transaction, IReadOnlyList<Request> requests, CancellationToken cancellationToken)
    {
        var keyed = requests.Where(request => request.Key is not null).ToList();
        var claims = await IdempotencyStore.Claim(transaction, [.. keyed.Select(request => request.Key!)], cancellationToken);
        var claimOf = keyed.Zip(claims).ToDictionary(pair => pair.First, pair => pair.Second);
        var accepted = requests
            .Where(request => !claimOf.TryGetValue(request, out var claim) || claim.Outcome == ClaimOutcome.Claimed)
            .ToList();
        var records =
            accepted.Count == 0 ? [] : await Insert(transaction, [.. accepted.Select(request => request.Task)], cancellationToken);
        var recordOf = accepted.Zip(records).ToDictionary(pair => pair.First, pair => pair.Second with { Warnings = pair.First.Warnings });
        IdempotencyStore.Complete(
            transaction,
            [.. accepted.Where(request => request.Key is not null).Select(request => (request.Key!, request.Encode(recordOf[request])))]);
        return
        [
            .. requests.Select(request =>
                recordOf.TryGetValue(request, out var record)
                    ? new Answer(new SubmittedTask(record, null), null)
                    : AnswerTo(claimOf[request])),
        ];
    }

    private static Answer AnswerTo(IdempotencyClaim claim) => claim.Refusal() is { } refusal
        ? new Answer(null, refusal)
        : new Answer(new SubmittedTask(null, claim.Response), null);

    private async Task<IReadOnlyList<TaskRecord>> Insert(
        Transaction transaction, IReadOnlyList<NewTask> tasks, CancellationToken cancellationToken)
    {
        var createdAt = await transaction.Time(cancellationToken);
        transaction.Defer(RunStore.Insert([.. tasks.Select(task => task.Run)]));
        transaction.Defer(TaskStore.Insert(tasks, createdAt));
        await _log.Append(transaction, [.. tasks.Select(Queued)], cancellationToken);
        _work.Spread(transaction);
        transaction.AfterCommit(() => _depth.Add(tasks.Count));
        return [.. tasks.Select(task => task.Record(createdAt))];
    }

    private static StreamAppend Queued(NewTask task)
    {
        var queued = TaskEvents.Queued(
            task.Id, task.Id, task.Agent.Id, task.Agent.Version, task.Submission.Priority,
            TaskEvents.Principal(task.Submission.Principal), "submitted", task.Submission.Query);
        return new StreamAppend(task.Id, [queued], IsNew: true);
    }
}
