using Koda.Protos.Common.V1;
using Koda.Server.Engine.Attempts;
using Koda.Server.Engine.Events;
using Koda.Server.Engine.Runs;

namespace Koda.Server.Engine.Tasks;

/// <summary>
/// A task whose row is locked. Its methods are the rules of the engine: each decides the next state and the events that tell of it.
/// </summary>
internal sealed partial class LockedTask
{
    private bool _stoppedRunning;

    public required Guid Id { get; init; }
    public required Guid RunId { get; init; }
    public required Guid StreamId { get; init; }
    public required string AgentId { get; init; }
    public required int AgentVersion { get; init; }
    public required int Priority { get; init; }
    public required int Attempt { get; init; }
    public required int MaxAttempts { get; init; }

    /// <summary>The number of tasks that run at once is limited, for its agent or perhaps for its provider.</summary>
    public required bool IsLimited { get; init; }

    public required TaskState State { get; set; }
    public required int Failures { get; set; }
    public required int Losses { get; set; }
    public required RequestedStop StopRequested { get; set; }
    public required Guid? ApprovalId { get; set; }

    /// <summary>The task waits for the runs that its own has started, and for no person.</summary>
    public bool AwaitsRuns => State == TaskState.Waiting && ApprovalId is null;

    /// <summary>The task is a turn of a conversation, or work on its workspace.</summary>
    public bool IsInConversation => StreamId != Id;

    /// <summary>The open attempt. Null unless the task runs.</summary>
    public LockedAttempt? Open { get; set; }

    public string? Output { get; private set; }
    public TaskFault? Error { get; private set; }
    public TimeSpan? Delay { get; private set; }
    public UsageTotals Used { get; private set; }

    /// <summary>The same by the model that answered. Empty: not said.</summary>
    public Dictionary<string, UsageTotals> UsedByModel { get; } = [];

    public List<NewEvent> Events { get; } = [];

    /// <summary>Where in <see cref="Events"/> the last event of each recorded batch stands.</summary>
    public List<(LockedAttempt Attempt, int Position)> RecordedBatches { get; } = [];

    /// <summary>The stored error goes: the task succeeded, or begins anew.</summary>
    public bool ClearsError { get; private set; }

    /// <summary>The task's own row differs from what is stored.</summary>
    public bool Changed { get; private set; }

    /// <summary>A dispatcher may have something to claim: this task was queued, or it made room under a limit.</summary>
    public bool FreesWork => Changed && State == TaskState.Queued || _stoppedRunning && IsLimited;

    /// <summary>The task was cancelled while no worker ran it; one that did may keep commands for it.</summary>
    public bool EndedAtRest => Changed && State == TaskState.Cancelled && !_stoppedRunning && Attempt > 0;

    /// <summary>Records a batch of events, once.</summary>
    public void Record(EventBatch batch, LockedAttempt attempt)
    {
        Record(batch.Events, attempt.WorkerId, attempt.Number);
        attempt.LastBatch = batch.Batch;
        attempt.Changed = true;
        if (Events.Count > 0)
            RecordedBatches.Add((attempt, Events.Count - 1));
    }

    public void Record(IReadOnlyList<ReportedEvent> events, string workerId, int attempt)
    {
        var actor = TaskEvents.Worker(workerId);
        foreach (var reported in events)
        {
            var used = ReportedUsage.Of(reported);
            Used += used;
            if (used != default)
                UsedByModel[reported.Model] = UsedByModel.GetValueOrDefault(reported.Model) + used;
            if (used.ModelCalls + used.ToolCalls > 0)
                GetsOn();
            Events.Add(new NewEvent(reported.Kind, actor, RunId, attempt, reported.Payload, ReportedUsage.Json(reported)));
        }
    }

    // A task that gets on between the losses of its workers is not what brings them down.
    private void GetsOn()
    {
        Changed |= Losses > 0;
        Losses = 0;
    }

    private void Move(TaskTrigger trigger)
    {
        var next = TaskStateMachine.Next(State, trigger) ?? throw StateConflict(trigger);
        _stoppedRunning |= State == TaskState.Running;
        State = next;
        Changed = true;
        if (next is not (TaskState.Running or TaskState.Waiting) || (next == TaskState.Waiting && StopRequested == RequestedStop.Requeue))
            StopRequested = RequestedStop.None;
        if (next != TaskState.Waiting)
            ApprovalId = null;
    }

    private void Close(AttemptOutcome outcome)
    {
        Open!.Close(outcome);
        Open = null;
    }

    private EngineException StateConflict(TaskTrigger trigger) => new(
        ErrorReason.TaskStateConflict,
        TaskStateMachine.Refusal(State, trigger),
        // By the name that callers know.
        new Dictionary<string, string> { ["state"] = State == TaskState.Succeeded ? "completed" : EnumText<TaskState>.Of(State) });
}
