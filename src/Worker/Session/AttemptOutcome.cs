using Koda.Protos.Worker.V1;

namespace Koda.Worker.Session;

/// <summary>How an attempt ended.</summary>
internal abstract record AttemptOutcome
{
    /// <summary>The agent answered.</summary>
    public sealed record Completed(string Output) : AttemptOutcome;

    /// <summary>The attempt failed.</summary>
    /// <param name="Code">A stable machine code.</param>
    /// <param name="Message">What went wrong, for people.</param>
    /// <param name="Retryable">Whether another attempt may succeed.</param>
    /// <param name="RetryAfter">The earliest time for another attempt, from now. Null: by the agent's back-off.</param>
    public sealed record Failed(string Code, string Message, bool Retryable, TimeSpan? RetryAfter = null) : AttemptOutcome;

    /// <summary>The attempt gives its slot back until a person answers.</summary>
    public sealed record Suspended(ApprovalRequest Approval) : AttemptOutcome;

    /// <summary>The attempt gives its slot back until subagents ended.</summary>
    public sealed record Delegated(IReadOnlyList<SubagentRequest> Subagents) : AttemptOutcome;

    /// <summary>The attempt stopped without a result.</summary>
    public sealed record Stopped(StopReason Reason) : AttemptOutcome;

    /// <summary>The attempt gives its slot back until the pause is over that the provider asked for.</summary>
    public sealed record CooledDown(ProviderPause Pause) : AttemptOutcome;

    /// <summary>Adds the report of this end to a message.</summary>
    public void AddTo(WorkRequest message, AttemptRef attempt, IReadOnlyList<ReportedEvent> lastEvents)
    {
        switch (this)
        {
            case Completed completed:
                message.Completions.Add(new Completion { Attempt = attempt, Output = completed.Output, Events = { lastEvents } });
                break;
            case Failed failed:
                message.Failures.Add(new Failure
                {
                    Attempt = attempt,
                    Code = failed.Code,
                    Message = failed.Message,
                    Retryable = failed.Retryable,
                    RetryAfterMs = (long)(failed.RetryAfter?.TotalMilliseconds ?? 0),
                    Events = { lastEvents },
                });
                break;
            case Suspended suspended:
                message.Suspensions.Add(new Suspension { Attempt = attempt, Approval = suspended.Approval, Events = { lastEvents } });
                break;
            case Delegated delegated:
                message.Delegations.Add(new Delegation { Attempt = attempt, Subagents = { delegated.Subagents }, Events = { lastEvents } });
                break;
            case CooledDown cooled:
                message.Stops.Add(
                    new Stop { Attempt = attempt, Reason = StopReason.Cooldown, Pause = cooled.Pause, Events = { lastEvents } });
                break;
            case Stopped stopped:
                message.Stops.Add(new Stop { Attempt = attempt, Reason = stopped.Reason, Events = { lastEvents } });
                break;
        }
    }
}
