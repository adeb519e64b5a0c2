using Koda.Server.Engine;
using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Approvals;
using Koda.Server.Engine.Attempts;
using Koda.Server.Engine.Dispatch;
using Koda.Server.Engine.Tasks;
using Koda.Server.Engine.Runs;
using Koda.Server.Engine.Workers;
using Wire = Koda.Protos.Worker.V1;

namespace Koda.Server.Surfaces.Worker;

/// <summary>Reads what workers say. Nonsense is refused, which ends the worker's stream.</summary>
internal static class ReportReading
{
    private const int LongestModel = 256;

    private const long LongestPauseMs = 24 * 3600 * 1000;

    public static WorkerHello Hello(Wire.Hello hello)
    {
        if (hello.WorkerId.Length is 0 or > WorkerNames.LongestId || hello.WorkerId.Any(char.IsControl))
            throw EngineException.InvalidField("hello.worker_id", WorkerNames.IdRule);
        if (hello.Slots is < 0 or > 10_000)
            throw EngineException.InvalidField("hello.slots", "must be 0 to 10000");
        if (hello.Role.Length > 0 && !WorkerNames.IsValid(hello.Role))
            throw EngineException.InvalidField("hello.role", WorkerNames.Rule);
        if (hello.Tags.Count > WorkerNames.MostTags || !hello.Tags.All(WorkerNames.IsValid))
            throw EngineException.InvalidField("hello.tags", $"must be at most {WorkerNames.MostTags}, each of which {WorkerNames.Rule}");
        return new WorkerHello(
            hello.WorkerId, hello.Name, hello.Version, hello.Slots, [.. hello.AgentIds], [.. hello.WorkspaceRoots], hello.DefaultWorkspace,
            [.. hello.Held.Select(Key)])
        {
            Commands = hello.Commands is { } commands
                ? new WorkerCommands(commands.Confined, StorableText.Of(commands.Missing), commands.Accepted)
                : WorkerCommands.Unknown,
            Role = hello.Role,
            Tags = [.. hello.Tags.Distinct().Order(StringComparer.Ordinal)],
        };
    }

    public static WorkerMcp Mcp(Wire.McpReport report)
    {
        if (report.Servers.Count > 100 || report.Servers.Any(server => server.Name.Length is 0 or > 128 || server.Tools < 0))
            throw EngineException.InvalidField("mcp.servers", "must be at most 100, with names of 1 to 128 characters and a number of tools");
        return new WorkerMcp(
            [
                .. report.Servers.Select(server => new McpServerRecord(
                    StorableText.Of(server.Name),
                    server.Enabled,
                    server.Active,
                    server.Tools)),
            ],
            report.Refresh);
    }

    /// <exception cref="EngineException">INVALID_REQUEST: no attempt, or an id that is no UUID.</exception>
    public static AttemptKey Key(Wire.AttemptRef? attempt) =>
        attempt is not null && Guid.TryParseExact(attempt.AttemptId, "D", out Guid id)
            ? new AttemptKey(id, attempt.FencingToken)
            : throw EngineException.InvalidField("attempt.attempt_id", "must be a UUID");

    public static EventBatch Batch(Wire.EventBatch batch) => new(Key(batch.Attempt), batch.Batch, Events(batch.Events));

    public static Completion Completion(Wire.Completion completion) =>
        new(Key(completion.Attempt), completion.Output, Events(completion.Events));

    public static Failure Failure(Wire.Failure failure) => new(
        Key(failure.Attempt), new TaskFault(failure.Code, failure.Message), failure.Retryable,
        TimeSpan.FromMilliseconds(Math.Max(0, failure.RetryAfterMs)), Events(failure.Events));

    public static Suspension Suspension(Wire.Suspension suspension)
    {
        Wire.ApprovalRequest approval = suspension.Approval ?? throw EngineException.InvalidField("suspension.approval", "is missing");
        return new Suspension(
            Key(suspension.Attempt),
            new RequestedApproval(
                approval.CallId, approval.Tool, approval.Arguments, approval.Preview, approval.Risk, approval.Digest,
                approval.ExpiresInSeconds > 0 ? TimeSpan.FromSeconds(approval.ExpiresInSeconds) : null)
            {
                Purpose = Purpose(approval.Purpose),
                Options = [.. approval.Options.Select(StorableText.Of)],
                Multiple = approval.Multiple,
                AlwaysPattern = StorableText.Of(approval.AlwaysPattern),
            },
            Events(suspension.Events));
    }

    public static Delegation Delegation(Wire.Delegation delegation) =>
        new(
            Key(delegation.Attempt),
            [
                .. delegation.Subagents.Select(asked => new SubagentRequest(asked.CallId, asked.AgentId, asked.Title, asked.Prompt)
                {
                    Step = asked.Step,
                }),
            ],
            Events(delegation.Events));

    private static ApprovalPurpose Purpose(string purpose) => purpose switch
    {
        "" or "permission" => ApprovalPurpose.Permission,
        "question" => ApprovalPurpose.Question,
        _ => throw EngineException.InvalidField("suspension.approval.purpose", "is permission or question"),
    };

    public static AttemptStop Stop(Wire.Stop stop) =>
        new(Key(stop.Attempt), Reason(stop.Reason), Events(stop.Events), stop.Pause is { } pause ? Pause(pause) : null);

    public static PauseReport PauseReport(Wire.ProviderPause pause) => new(Key(pause.Attempt), Pause(pause));

    // A day is as long as any provider's window; what asks for more is asked again then.
    private static ProviderPause Pause(Wire.ProviderPause pause) =>
        new(StorableText.Of(pause.Model), TimeSpan.FromMilliseconds(Math.Clamp(pause.RetryAfterMs, 0, LongestPauseMs)), pause.Code)
        {
            Connection = StorableText.Of(pause.Connection),
        };

    public static Wire.StopReason Reason(StopReason reason) => reason switch
    {
        StopReason.Cancel => Wire.StopReason.Cancel,
        StopReason.Pause => Wire.StopReason.Pause,
        StopReason.Drain => Wire.StopReason.Drain,
        StopReason.Cooldown => Wire.StopReason.Cooldown,
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "A stop reason without a name."),
    };

    private static StopReason Reason(Wire.StopReason reason) => reason switch
    {
        Wire.StopReason.Cancel => StopReason.Cancel,
        Wire.StopReason.Pause => StopReason.Pause,
        Wire.StopReason.Drain => StopReason.Drain,
        Wire.StopReason.Cooldown => StopReason.Cooldown,
        _ => throw EngineException.InvalidField("stop.reason", "must be cancel, pause or drain"),
    };

    private static ReportedEvent[] Events(Google.Protobuf.Collections.RepeatedField<Wire.ReportedEvent> events) =>
        events.Count == 0
            ? []
            : [.. events.Select(entry => new ReportedEvent(
                entry.Kind, entry.Payload, Usage(entry.Usage), entry.Usage?.NoModel ?? false, Model(entry.Usage?.Model ?? "")))];

    // A name for sums, of which a worker must not make more than there are models.
    private static string Model(string model) => StorableText.Of(model.Length > LongestModel ? model[..LongestModel] : model);

    private static UsageTotals? Usage(Wire.Usage? usage) =>
        usage is null
            ? null
            : new UsageTotals(
                usage.InputTokens,
                usage.OutputTokens,
                usage.CachedInputTokens,
                usage.CacheWriteTokens,
                usage.ReasoningTokens,
                usage.CostMicros,
                0,
                0,
                usage.PriceUnknown ? 1 : 0);
}
