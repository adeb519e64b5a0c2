using Koda.Server.Engine.Tasks;

namespace Koda.Server.Engine.Subagents;

/// <summary>A subagent and where its work stands.</summary>
internal sealed record SubagentRecord(
    Guid ConversationId,
    Guid ParentId,
    string CallId,
    Guid TaskId,
    string AgentId,
    string Title,
    TaskState State,
    RequestedStop StopRequested,
    bool TimedOut,
    string Output,
    TaskFault? Error,
    long CostMicros,
    Guid? ApprovalId,
    Guid? AskedId,
    DateTimeOffset CreatedAt,
    DateTimeOffset? FinishedAt,
    bool NeverTaken)
{
    /// <summary>It waits for an answer that the parent's stream has not asked for yet.</summary>
    public bool HasNewQuestion => ApprovalId is { } asks && asks != AskedId;

    public bool HasEnded => TaskStateMachine.IsFinal(State);

    /// <summary>How it ended, in the words of docs/event-log.md.</summary>
    public string Outcome => TimedOut && State == TaskState.Cancelled ? "timed_out" : EnumText<TaskState>.Of(State);

    /// <summary>What it found, or why it has nothing.</summary>
    public string Result => State switch
    {
        TaskState.Succeeded => Output,
        TaskState.Failed => Error?.Message ?? "It failed.",
        _ when TimedOut && NeverTaken => "No worker took it in the time that it may wait. Do the work yourself, or ask another agent.",
        _ when TimedOut => "It did not end in the time that it had.",
        _ => "It was cancelled.",
    };
}
