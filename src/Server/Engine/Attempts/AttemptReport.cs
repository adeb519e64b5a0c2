using Koda.Server.Engine.Approvals;
using Koda.Server.Engine.Tasks;

namespace Koda.Server.Engine.Attempts;

/// <summary>What a worker says of an attempt that it holds. The events are recorded with it or not at all.</summary>
internal abstract record AttemptReport(AttemptKey Attempt, IReadOnlyList<ReportedEvent> Events)
{
    /// <summary>The name under which a refused report is recorded.</summary>
    public abstract string Name { get; }

    /// <summary>The attempt ends with it.</summary>
    public virtual bool Closes => true;
}

/// <summary>Events alone. Batches of an attempt are numbered from 1; one that is sent again is not recorded twice.</summary>
internal sealed record EventBatch(AttemptKey Attempt, long Batch, IReadOnlyList<ReportedEvent> Events) : AttemptReport(Attempt, Events)
{
    public override string Name => "events";

    public override bool Closes => false;
}

/// <summary>The provider asked for a pause that the attempt waits for.</summary>
internal sealed record PauseReport(AttemptKey Attempt, ProviderPause Pause) : AttemptReport(Attempt, [])
{
    public override string Name => "provider_pause";

    public override bool Closes => false;
}

internal sealed record Completion(AttemptKey Attempt, string Output, IReadOnlyList<ReportedEvent> Events) : AttemptReport(Attempt, Events)
{
    public override string Name => "completion";
}

/// <summary>A failed attempt. <paramref name="RetryAfter"/> is the least pause before another one.</summary>
internal sealed record Failure(
    AttemptKey Attempt,
    TaskFault Error,
    bool Retryable,
    TimeSpan RetryAfter,
    IReadOnlyList<ReportedEvent> Events) : AttemptReport(Attempt, Events)
{
    public override string Name => "failure";
}

internal sealed record Suspension(AttemptKey Attempt, RequestedApproval Approval, IReadOnlyList<ReportedEvent> Events)
    : AttemptReport(Attempt, Events)
{
    public override string Name => "suspension";
}

/// <summary>An attempt that waits for subagents.</summary>
internal sealed record Delegation(AttemptKey Attempt, IReadOnlyList<SubagentRequest> Subagents, IReadOnlyList<ReportedEvent> Events)
    : AttemptReport(Attempt, Events)
{
    public override string Name => "delegation";
}

/// <summary>
/// An attempt that stopped without a result. With a <paramref name="Pause"/> it stopped because the provider asked for a long one.
/// </summary>
internal sealed record AttemptStop(AttemptKey Attempt, StopReason Reason, IReadOnlyList<ReportedEvent> Events, ProviderPause? Pause = null)
    : AttemptReport(Attempt, Events)
{
    public override string Name => "stop";
}

/// <summary>An offer that goes back: the worker does not want it, or cannot be reached.</summary>
internal sealed record GivenBack(AttemptKey Attempt, AttemptOutcome Outcome) : AttemptReport(Attempt, [])
{
    public override string Name => "decline";
}

internal enum StopReason
{
    Cancel,
    Pause,

    /// <summary>The worker leaves; the task goes on elsewhere after its last recorded step.</summary>
    Drain,

    /// <summary>The provider asks for a long pause.</summary>
    Cooldown,
}

/// <summary>What a provider asks for. An empty model: of the whole connection.</summary>
internal sealed record ProviderPause(string Model, TimeSpan RetryAfter, string Code)
{
    /// <summary>The connection of a fallback. Empty: the task's own.</summary>
    public string Connection { get; init; } = "";
}
