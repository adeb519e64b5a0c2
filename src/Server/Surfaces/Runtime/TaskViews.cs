using Google.Protobuf.WellKnownTypes;
using Koda.Providers;
using Koda.Server.Engine.Tasks;
using Koda.Server.Engine.Runs;
using Wire = Koda.Protos.Runtime.V1;

namespace Koda.Server.Surfaces.Runtime;

/// <summary>The runtime API's view of tasks.</summary>
internal static class TaskViews
{
    /// <summary>Koda has no status of its own for a cancelled task: it is failed with this error code.</summary>
    private const string CancelledCode = "task.cancelled";

    public static Wire.Task From(TaskRecord task)
    {
        var view = new Wire.Task
        {
            Id = PublicId.Task(task.Id),
            AgentId = task.AgentId,
            AgentVersion = task.AgentVersion,
            Status = Status(task.State),
            StatusReason = StatusReasonViews.From(task),
            Query = task.Query,
            Metadata = task.Metadata,
            Context = Context(task.Context),
            Priority = task.Priority,
            Attempt = task.Attempt,
            MaxAttempts = task.MaxAttempts,
            Progress = task.Progress,
            Error = Error(task),
            Usage = Usage(task.Usage),
            LastEventSeq = task.LastEventSeq,
            CreatedAt = Time(task.CreatedAt),
            UpdatedAt = Time(task.UpdatedAt),
            StartedAt = Time(task.StartedAt),
            FinishedAt = Time(task.FinishedAt),
            Warnings = { task.Warnings.Select(warning => new Wire.TaskWarning { Code = warning.Code, Message = warning.Message }) },
        };
        if (task.Output is not null)
            view.Output = task.Output;
        if (task.ApprovalId is { } approval)
            view.ApprovalId = PublicId.Approval(approval);
        return view;
    }

    /// <summary>Every state of the engine as one of the seed's six.</summary>
    public static Wire.TaskStatus Status(TaskState state) => state switch
    {
        TaskState.Queued => Wire.TaskStatus.Queued,
        TaskState.Running => Wire.TaskStatus.Running,
        TaskState.Succeeded => Wire.TaskStatus.Completed,
        TaskState.Failed or TaskState.Cancelled => Wire.TaskStatus.Failed,
        TaskState.Retrying => Wire.TaskStatus.Retrying,
        TaskState.Paused or TaskState.Waiting => Wire.TaskStatus.Paused,
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "A task state without a status."),
    };

    /// <summary>The states that a status stands for; none for no status, which means any.</summary>
    public static IReadOnlyList<TaskState> States(Wire.TaskStatus status) =>
        status == Wire.TaskStatus.Unspecified ? [] : [.. System.Enum.GetValues<TaskState>().Where(state => Status(state) == status)];

    public static TaskContext Context(Wire.TaskContext? context) =>
        context is null
            ? TaskContext.None
            : new TaskContext
            {
                Model = context.Model,
                Provider = context.Provider,
                MemoryScope = context.MemoryScope,
                Skills = [.. context.Skills],
                TimeoutSeconds = context.TimeoutSeconds,
                Workspace = context.Workspace,
                MaxCostMicros = Dollars.ToMicros(context.MaxCostUsd),
            };

    private static Wire.TaskContext? Context(TaskContext context) =>
        context with { Skills = [] } == TaskContext.None && context.Skills.Count == 0
            ? null
            : new Wire.TaskContext
            {
                Model = context.Model,
                Provider = context.Provider,
                MemoryScope = context.MemoryScope,
                Skills = { context.Skills },
                TimeoutSeconds = context.TimeoutSeconds,
                Workspace = context.Workspace,
                MaxCostUsd = Dollars.Of(context.MaxCostMicros),
            };

    private static Wire.TaskError? Error(TaskRecord task) =>
        task switch
        {
            { Error: { } error } => new Wire.TaskError { Code = error.Code, Message = error.Message },
            { State: TaskState.Cancelled } => new Wire.TaskError { Code = CancelledCode, Message = "The task was cancelled." },
            _ => null,
        };

    private static Wire.TaskUsage Usage(UsageTotals usage) =>
        new()
        {
            InputTokens = usage.InputTokens,
            OutputTokens = usage.OutputTokens,
            CachedInputTokens = usage.CachedInputTokens,
            ReasoningTokens = usage.ReasoningTokens,
            CostUsd = Dollars.Of(usage.CostMicros),
            ModelCalls = usage.ModelCalls,
            ToolCalls = usage.ToolCalls,
            UnpricedCalls = usage.UnpricedCalls,
        };

    private static Timestamp Time(DateTimeOffset time) => Timestamp.FromDateTimeOffset(time);

    private static Timestamp? Time(DateTimeOffset? time) => time is { } value ? Time(value) : null;
}
