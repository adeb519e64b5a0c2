using Google.Protobuf.WellKnownTypes;
using Koda.Providers;
using Koda.Server.Engine;
using Koda.Server.Engine.Overview;
using Koda.Server.Engine.Runs;
using Koda.Server.Engine.Tasks;
using Wire = Koda.Protos.ControlPlane.V1;

namespace Koda.Server.Surfaces.ControlPlane;

/// <summary>The control plane's view of runs.</summary>
internal static class RunViews
{
    private const string Prefix = "run_";

    public static string PublicId(Guid id) => Base32Id.Format(Prefix, id);

    /// <exception cref="EngineException">RUN_NOT_FOUND.</exception>
    public static Guid Id(string text) => Base32Id.TryParse(Prefix, text, out var id) ? id : throw GetRun.NotFound();

    public static Wire.Run From(RunRecord run) => new()
    {
        Id = PublicId(run.Id),
        Kind = Kind(run.Kind),
        State = State(run),
        AgentId = run.AgentId,
        AgentVersion = run.AgentVersion,
        Title = run.Title,
        Workspace = run.Workspace,
        TaskId = TaskId(run.Kind, run.Id),
        SessionId = SessionId(run.Kind, run.StreamId),
        ParentId = run.ParentId is { } parent ? PublicId(parent) : "",
        Number = run.Number,
        Usage = From(run.Usage),
        Descendants = run.Descendants,
        ErrorCode = run.Error?.Code ?? "",
        ErrorMessage = run.Error?.Message ?? "",
        CreatedAt = Timestamp.FromDateTime(run.CreatedAt),
        StartedAt = run.StartedAt is { } started ? Timestamp.FromDateTime(started) : null,
        UpdatedAt = Timestamp.FromDateTime(run.UpdatedAt),
        FinishedAt = run.FinishedAt is { } finished ? Timestamp.FromDateTime(finished) : null,
    };

    /// <summary>The id of the task that a run is. Empty: it belongs to a session.</summary>
    public static string TaskId(RunKind kind, Guid id) => kind == RunKind.Task ? Base32Id.Format("tsk_", id) : "";

    /// <summary>The session that a run belongs to. Empty: it is a task of its own.</summary>
    public static string SessionId(RunKind kind, Guid stream) => kind == RunKind.Task ? "" : stream.ToString("D");

    public static Wire.RunUsage From(UsageTotals used) => new()
    {
        InputTokens = used.InputTokens,
        OutputTokens = used.OutputTokens,
        CachedInputTokens = used.CachedInputTokens,
        ReasoningTokens = used.ReasoningTokens,
        CostUsd = Dollars.Of(used.CostMicros),
        ModelCalls = used.ModelCalls,
        ToolCalls = used.ToolCalls,
        UnpricedCalls = used.UnpricedCalls,
    };

    public static Wire.RunKind Kind(RunKind kind) => kind switch
    {
        RunKind.Task => Wire.RunKind.Task,
        RunKind.Turn => Wire.RunKind.Turn,
        RunKind.Operation => Wire.RunKind.Operation,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "A kind of run without a name."),
    };

    /// <summary>The engine's kind for a filter; null for any.</summary>
    public static RunKind? Kind(Wire.RunKind kind) => kind switch
    {
        Wire.RunKind.Task => RunKind.Task,
        Wire.RunKind.Turn => RunKind.Turn,
        Wire.RunKind.Operation => RunKind.Operation,
        _ => null,
    };

    /// <summary>The filter for a state; null for any.</summary>
    public static (TaskState? State, bool? AwaitsApproval) Filter(Wire.RunState state) => state switch
    {
        Wire.RunState.Queued => (TaskState.Queued, null),
        Wire.RunState.Running => (TaskState.Running, null),
        Wire.RunState.AwaitingApproval => (TaskState.Waiting, true),
        Wire.RunState.AwaitingRuns => (TaskState.Waiting, false),
        Wire.RunState.Retrying => (TaskState.Retrying, null),
        Wire.RunState.Paused => (TaskState.Paused, null),
        Wire.RunState.Succeeded => (TaskState.Succeeded, null),
        Wire.RunState.Failed => (TaskState.Failed, null),
        Wire.RunState.Cancelled => (TaskState.Cancelled, null),
        _ => (null, null),
    };

    private static Wire.RunState State(RunRecord run) => run.State switch
    {
        TaskState.Queued => Wire.RunState.Queued,
        TaskState.Running => Wire.RunState.Running,
        TaskState.Waiting => run.AwaitsApproval ? Wire.RunState.AwaitingApproval : Wire.RunState.AwaitingRuns,
        TaskState.Retrying => Wire.RunState.Retrying,
        TaskState.Paused => Wire.RunState.Paused,
        TaskState.Succeeded => Wire.RunState.Succeeded,
        TaskState.Failed => Wire.RunState.Failed,
        TaskState.Cancelled => Wire.RunState.Cancelled,
        _ => throw new ArgumentOutOfRangeException(nameof(run), run.State, "A state of a run without a name."),
    };
}
