using Google.Protobuf.WellKnownTypes;
using Koda.Providers;
using Koda.Server.Engine.Approvals;
using Koda.Server.Engine.Conversations;
using Koda.Server.Engine.Tasks;
using Koda.Server.Engine.Runs;
using Wire = Koda.Protos.Code.V1;

namespace Koda.Server.Surfaces.Code;

/// <summary>The view of sessions, turns and questions.</summary>
internal static class SessionViews
{
    public static Wire.Session From(ConversationRecord conversation) => new()
    {
        Id = conversation.Id.ToString(),
        Title = conversation.Title,
        AgentId = conversation.AgentId,
        ModelId = conversation.Model.Id,
        ParentId = conversation.ParentId?.ToString() ?? "",
        BranchPointMessageId = conversation is { ParentId: { } parent, BranchSeq: { } seq } ? MessageIds.Of(parent, seq) : "",
        Workspace = conversation.Workspace,
        CreatedAt = Timestamp.FromDateTimeOffset(conversation.CreatedAt),
        UpdatedAt = Timestamp.FromDateTimeOffset(conversation.UpdatedAt),
        Cost = Dollars.Of(conversation.Usage.CostMicros),
        TotalCost = Dollars.Of(conversation.Usage.CostMicros + conversation.SubagentCostMicros),
        TotalCostMicroUsd = conversation.Usage.CostMicros + conversation.SubagentCostMicros,
        UnpricedCalls = conversation.Usage.UnpricedCalls,
        TotalInputTokens = conversation.Usage.InputTokens,
        TotalOutputTokens = conversation.Usage.OutputTokens,
        LastInputTokens = conversation.LastInputTokens,
        Turn = conversation.Turn is null ? null : Turn(conversation),
        QueuedMessages = conversation.QueuedMessages,
        Subagent = conversation.IsSubagent,
    };

    /// <summary>The newest turn; that of a session without any is idle.</summary>
    public static Wire.TurnStatus Turn(ConversationRecord conversation)
    {
        var status = conversation.Turn is { } turn ? From(turn) : new Wire.TurnStatus { SessionId = conversation.Id.ToString() };
        status.QueuedMessages = conversation.QueuedMessages;
        return status;
    }

    public static Wire.TurnStatus From(TurnRecord turn) =>
        new()
        {
            SessionId = turn.ConversationId.ToString(),
            OperationId = SessionIds.Operation(turn.Id),
            Number = turn.Number,
            State = State(turn.State, turn.StopRequested),
            Active = turn.IsActive,
            CancelRequested = turn.StopRequested == RequestedStop.Cancel || turn.State == TaskState.Cancelled,
            Error = turn is { State: TaskState.Failed, Error: { } fault }
                ? new Wire.TurnError { Code = fault.Code, Message = fault.Message }
                : null,
            Progress = turn.Progress,
            QuestionId = turn.ApprovalId is { } question ? SessionIds.Approval(question, isQuestion: false) : "",
            StartedAt = Time(turn.StartedAt),
            UpdatedAt = Time(turn.UpdatedAt),
            FinishedAt = Time(turn.FinishedAt),
        };

    /// <summary>The state of a turn whose task is in this state.</summary>
    public static Wire.TurnState State(TaskState state, RequestedStop stop) => state switch
    {
        TaskState.Succeeded => Wire.TurnState.Succeeded,
        TaskState.Failed => Wire.TurnState.Failed,
        TaskState.Cancelled => Wire.TurnState.Cancelled,
        TaskState.Queued or TaskState.Running or TaskState.Retrying or TaskState.Paused or TaskState.Waiting =>
            stop == RequestedStop.Cancel ? Wire.TurnState.Cancelling : Wire.TurnState.Running,
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "A task state without a turn state."),
    };

    public static Wire.Question From(ApprovalRecord asked)
    {
        var isQuestion = asked.Purpose == ApprovalPurpose.Question;
        return new Wire.Question
        {
            QuestionId = SessionIds.Approval(asked.Id, isQuestion),
            Purpose = isQuestion ? "question" : "permission",
            Question_ = isQuestion ? asked.Preview : QuestionText.OfPermission(asked.Tool),
            Options = { isQuestion ? asked.Options : QuestionText.PermissionOptions },
            Multiple = asked.Multiple,
            Tool = asked.Tool,
            Input = asked.Arguments,
            Preview = isQuestion ? "" : asked.Preview,
            AlwaysPattern = asked.AlwaysPattern,
            ExpiresAt = Timestamp.FromDateTimeOffset(asked.ExpiresAt),
            AgentId = asked.AgentId,
        };
    }

    public static Wire.TokenUsage From(UsageTotals usage) => new()
    {
        InputTokens = usage.InputTokens,
        OutputTokens = usage.OutputTokens,
        CachedInputTokens = usage.CachedInputTokens,
        CacheWriteTokens = usage.CacheWriteTokens,
        ReasoningTokens = usage.ReasoningTokens,
    };

    private static Timestamp? Time(DateTimeOffset? time) => time is { } known ? Timestamp.FromDateTimeOffset(known) : null;
}
