using Koda.Server.Engine.Runs;

namespace Koda.Server.Engine.Tasks;

/// <summary>A task as it is stored.</summary>
internal sealed record TaskRecord
{
    /// <summary>The task's id. A runtime task's run and stream have the same.</summary>
    public required Guid Id { get; init; }

    public required Guid RunId { get; init; }
    public required Guid StreamId { get; init; }
    public required string AgentId { get; init; }
    public required int AgentVersion { get; init; }
    public required TaskState State { get; init; }

    /// <summary>-100 to 100; larger numbers run first.</summary>
    public required int Priority { get; init; }

    /// <summary>The number, and fencing token, of the current or last attempt. 0: none yet.</summary>
    public required int Attempt { get; init; }

    /// <summary>Attempts that failed since the task was last submitted or retried by hand.</summary>
    public required int Failures { get; init; }

    public required int MaxAttempts { get; init; }
    public required string Query { get; init; }

    /// <summary>The submitter's annotations, a JSON object.</summary>
    public required string Metadata { get; init; }

    public required TaskContext Context { get; init; }

    /// <summary>What the agent is doing, for people. Empty: nothing to say.</summary>
    public required string Progress { get; init; }

    /// <summary>The final output. Null until the task succeeded.</summary>
    public required string? Output { get; init; }

    /// <summary>Why the task failed, or why its last attempt did.</summary>
    public required TaskFault? Error { get; init; }

    /// <summary>What a person asked of a task whose attempt has not stopped yet, or that waits for an answer.</summary>
    public required RequestedStop StopRequested { get; init; }

    /// <summary>The approval that the task waits for.</summary>
    public required Guid? ApprovalId { get; init; }

    /// <summary>True for a task that failed for good and waits for a person to look at it.</summary>
    public required bool DeadLetter { get; init; }

    /// <summary>When a retrying task is queued again.</summary>
    public required DateTimeOffset? AvailableAt { get; init; }

    public required UsageTotals Usage { get; init; }

    /// <summary>The sequence number of the newest event of the task's stream.</summary>
    public required long LastEventSeq { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public required DateTimeOffset? StartedAt { get; init; }
    public required DateTimeOffset? FinishedAt { get; init; }

    /// <summary>What a queued task waits for.</summary>
    public QueueReason QueueReason { get; init; }

    /// <summary>The provider connection that a queued task waits for. Empty: it waits for none.</summary>
    public string Connection { get; init; } = "";

    /// <summary>What whoever submitted the task should know of it. Only the answer of the submission has it.</summary>
    public IReadOnlyList<TaskWarning> Warnings { get; init; } = [];

    /// <summary>Until when the provider asked to be left alone.</summary>
    public DateTimeOffset? CooldownUntil { get; init; }

    /// <summary>
    /// What a worker must offer to take it, one need a line: <c>role:</c>, <c>tag:</c> or <c>worker:</c> and a name. Empty: nothing.
    /// </summary>
    public string Route { get; init; } = "";
}

/// <summary>Something that whoever submits work should know.</summary>
/// <param name="Code">A stable machine code.</param>
/// <param name="Message">The same for people.</param>
internal sealed record TaskWarning(string Code, string Message);
