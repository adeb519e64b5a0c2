using Koda.Server.Engine.Tasks;

namespace Koda.Server.Engine.Conversations;

/// <summary>Where a turn stands. Its id is that of its task and of its run.</summary>
internal sealed record TurnRecord(
    Guid Id,
    Guid ConversationId,
    long Number,
    TaskState State,
    RequestedStop StopRequested,
    TaskFault? Error,
    string Progress,
    Guid? ApprovalId,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset? FinishedAt)
{
    public bool IsActive => !TaskStateMachine.IsFinal(State);
}
