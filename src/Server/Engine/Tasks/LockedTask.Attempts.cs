using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Approvals;
using Koda.Server.Engine.Attempts;

namespace Koda.Server.Engine.Tasks;

/// <summary>What the end of an attempt means for its task.</summary>
internal sealed partial class LockedTask
{
    private const string CancelledByRequest = "cancelled by request";

    public void Complete(string output)
    {
        Close(AttemptOutcome.Succeeded);
        Move(TaskTrigger.Complete);
        Output = StorableText.Of(output);
        ClearsError = true;
        Events.Add(TaskEvents.Completed(this, Output));
    }

    /// <summary>
    /// Fails the attempt. A stop that was asked for comes before another attempt; <paramref name="jitter"/> is from 0 to 1.
    /// </summary>
    public void Fail(Failure failure, RetryPolicy policy, double jitter)
    {
        Close(AttemptOutcome.Failed);
        if (StopRequested == RequestedStop.Cancel)
        {
            Cancelled(TaskEvents.System, CancelledByRequest);
            return;
        }
        Failures++;
        Error = new TaskFault(StorableText.Of(failure.Error.Code), StorableText.Of(failure.Error.Message));
        var mayRetry = failure.Retryable && Failures < MaxAttempts && !policy.NonRetryable.Contains(Error.Code);
        if (!mayRetry)
            FailForGood(Error);
        else if (StopRequested == RequestedStop.Pause)
            Paused(TaskEvents.System);
        else
            BackOff(Error, policy.DelayAfter(Failures, failure.RetryAfter, jitter));
    }

    /// <summary>The attempt asks a person.</summary>
    public void Suspend(Guid approvalId, RequestedApproval asked, DateTime expiresAt)
    {
        Close(AttemptOutcome.Suspended);
        var stop = StopRequested;
        if (stop == RequestedStop.Cancel)
        {
            Cancelled(TaskEvents.System, CancelledByRequest);
            return;
        }
        Move(TaskTrigger.Suspend);
        ApprovalId = approvalId;
        Events.Add(TaskEvents.ApprovalRequested(this, approvalId, asked, expiresAt));
        Events.Add(TaskEvents.Waiting(this, approvalId));
    }

    /// <summary>The attempt waits for subagents.</summary>
    /// <param name="started">The events that tell of them.</param>
    public void Delegate(IEnumerable<Events.NewEvent> started)
    {
        Close(AttemptOutcome.Suspended);
        Move(TaskTrigger.Suspend);
        Events.AddRange(started);
        Events.Add(TaskEvents.WaitingForSubagents(this));
    }

    /// <summary>
    /// The attempt stopped without a result. What a person asks for now decides; a stop that nobody asks for any more means to go on.
    /// </summary>
    public void Stop(string workerId, bool isCooldown)
    {
        var requested = StopRequested;
        Close(
            requested switch
            {
                RequestedStop.Cancel => AttemptOutcome.Cancelled,
                RequestedStop.Pause => AttemptOutcome.Paused,
                _ => isCooldown ? AttemptOutcome.CooledDown : AttemptOutcome.Drained,
            });
        GoOn(
            TaskEvents.Worker(workerId),
            requested == RequestedStop.Requeue ? "agent_paused"
                : isCooldown ? "provider_cooldown"
                : "worker_drained");
    }

    /// <summary>The offer was not taken. It costs the task nothing.</summary>
    public void GiveBack(AttemptOutcome outcome)
    {
        Close(outcome);
        GoOn(TaskEvents.System, outcome == AttemptOutcome.OfferExpired ? "offer_expired" : EnumText<AttemptOutcome>.Of(outcome));
    }

    /// <summary>
    /// The worker did not renew its lease. After <paramref name="maxLosses"/> losses without a step between them the task is taken for the
    /// cause.
    /// </summary>
    public void Lose(int maxLosses)
    {
        var attempt = Open!;
        Close(AttemptOutcome.LeaseExpired);
        Events.Add(TaskEvents.AttemptLost(this, attempt, "lease_expired"));
        Losses++;
        Changed = true;
        if (Losses >= maxLosses && StopRequested is (RequestedStop.None or RequestedStop.Requeue))
            FailForGood(new TaskFault("attempt.lost", $"The worker was lost {Losses} times while it ran this task."));
        else
            GoOn(TaskEvents.System, "lease_lost");
    }

    private void GoOn(string actor, string reason)
    {
        switch (StopRequested)
        {
            case RequestedStop.Cancel:
                Cancelled(actor, CancelledByRequest);
                break;
            case RequestedStop.Pause:
                Paused(actor);
                break;
            default:
                Queue(TaskTrigger.Release, actor, reason);
                break;
        }
    }

    private void FailForGood(TaskFault error)
    {
        Move(TaskTrigger.Fail);
        Error = error;
        Events.Add(TaskEvents.Failed(this, error));
    }

    private void BackOff(TaskFault error, TimeSpan delay)
    {
        Move(TaskTrigger.BackOff);
        Delay = delay;
        Events.Add(TaskEvents.Retrying(this, error, delay));
    }

    private void Queue(TaskTrigger trigger, string actor, string reason)
    {
        Move(trigger);
        Events.Add(TaskEvents.Queued(this, actor, reason));
    }

    private void Paused(string actor)
    {
        Move(TaskTrigger.Pause);
        Events.Add(TaskEvents.Paused(this, actor));
    }

    private void Cancelled(string actor, string reason)
    {
        Move(TaskTrigger.Cancel);
        Events.Add(TaskEvents.Cancelled(this, actor, reason));
    }
}
