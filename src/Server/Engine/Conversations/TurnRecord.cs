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
    string Reported,
    Guid? ApprovalId,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset? FinishedAt,
    IReadOnlyList<string> Awaited)
{
    private const int MostNamed = 3;

    /// <summary>What is being done, or waited for, in words for people: what the worker reported, where one is at it.</summary>
    public string Progress =>
        State switch
        {
            TaskState.Queued => "waiting for a worker",
            TaskState.Retrying => "waiting to be tried again",
            TaskState.Paused => "paused",
            TaskState.Waiting when Awaited.Count > MostNamed =>
                $"waiting for {string.Join(", ", Awaited.Take(MostNamed))} and {Awaited.Count - MostNamed} more",
            TaskState.Waiting when Awaited.Count > 0 => $"waiting for {string.Join(", ", Awaited)}",
            TaskState.Waiting => "waiting for an answer",
            _ => Reported,
        };

    public bool IsActive => !TaskStateMachine.IsFinal(State);
}
