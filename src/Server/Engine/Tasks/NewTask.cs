using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Runs;

namespace Koda.Server.Engine.Tasks;

/// <summary>A task that is about to be stored with the agent's published version.</summary>
internal sealed record NewTask(Guid Id, PublishedAgent Agent, TaskSubmission Submission)
{
    // No limit or pause of a provider concerns work that asks no model.
    private const string NoModel = "offline";

    /// <summary>The stream that tells of the task: its own, or its conversation's.</summary>
    public Guid StreamId { get; init; } = Id;

    public RunKind Kind { get; init; } = RunKind.Task;

    /// <summary>The run that this one works for. Null: none.</summary>
    public Guid? ParentRun { get; init; }

    public NewRun Run => new(Id, Kind, StreamId, Agent.Id, Agent.Version, Submission.Context.Workspace, ParentRun);

    public int MaxAttempts => Submission.MaxAttempts > 0 ? Submission.MaxAttempts : Agent.Definition.Retry.MaxAttempts;

    /// <summary>The provider connection that the task names. Empty: that of agents that name none.</summary>
    public string Connection => Kind == RunKind.Operation
        ? NoModel
        : AgentProviders.NameOf(Agent.Id, Agent.Definition, Submission.Context.Provider);

    /// <summary>The model that the task names. Empty: the connection's own.</summary>
    public string Model => Submission.Context.Model.Length > 0 ? Submission.Context.Model : Agent.Definition.Model;

    /// <summary>What a worker must offer to take it, by <see cref="WorkerRoute.Needs"/>.</summary>
    public string Route => Agent.Definition.Route?.Needs() ?? "";

    /// <summary>The task as it is right after it was stored.</summary>
    public TaskRecord Record(DateTime createdAt) => new()
    {
        Id = Id,
        RunId = Id,
        StreamId = StreamId,
        AgentId = Agent.Id,
        AgentVersion = Agent.Version,
        State = TaskState.Queued,
        Priority = Submission.Priority,
        Attempt = 0,
        Failures = 0,
        MaxAttempts = MaxAttempts,
        Query = Submission.Query,
        Metadata = Submission.Metadata,
        Context = Submission.Context,
        Progress = "",
        Output = null,
        Error = null,
        StopRequested = RequestedStop.None,
        ApprovalId = null,
        DeadLetter = false,
        AvailableAt = null,
        Usage = default,
        LastEventSeq = 1,
        Route = Route,
        CreatedAt = createdAt,
        UpdatedAt = createdAt,
        StartedAt = null,
        FinishedAt = null,
    };
}
