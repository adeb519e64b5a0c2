using Koda.Server.Engine.Approvals;

namespace Koda.Server.Engine.Tasks;

/// <summary>What people ask of a task, and what time does to it.</summary>
internal sealed partial class LockedTask
{
    /// <summary>Ends the task now, or asks its attempt to stop. Cancelling a cancelled task changes nothing.</summary>
    public void Cancel(string principal, string reason)
    {
        if (State != TaskState.Cancelled)
            CancelBy(TaskEvents.Principal(principal), reason.Length == 0 ? CancelledByRequest : reason);
    }

    /// <summary>Nobody waits for the task any more. One that ended meanwhile stays as it is.</summary>
    public void Withdraw(string reason)
    {
        if (!TaskStateMachine.IsFinal(State))
            CancelBy(TaskEvents.System, reason);
    }

    /// <summary>Pauses the task now, or as soon as its attempt stopped or its question is answered.</summary>
    public void Pause(string principal)
    {
        if (State == TaskState.Paused)
            return;
        if (State is TaskState.Running or TaskState.Waiting)
        {
            if (StopRequested is RequestedStop.None or RequestedStop.Requeue)
                Request(RequestedStop.Pause);
        }
        else
        {
            Paused(TaskEvents.Principal(principal));
        }
    }

    /// <summary>The agent stands still. What runs is queued again after its current step; what a person asked for comes first.</summary>
    public void GiveBackWhenPaused()
    {
        if (State == TaskState.Running && StopRequested == RequestedStop.None)
            Request(RequestedStop.Requeue);
    }

    /// <summary>Queues a paused task, or takes back a pause that has not happened yet.</summary>
    public void Resume(string principal)
    {
        if (StopRequested == RequestedStop.Pause)
            Request(RequestedStop.None);
        else
            Queue(TaskTrigger.Resume, TaskEvents.Principal(principal), "resumed");
    }

    /// <summary>Queues a task that failed or was cancelled, with its attempts counted anew.</summary>
    public void Retry(string principal)
    {
        Queue(TaskTrigger.Retry, TaskEvents.Principal(principal), "retry");
        Failures = 0;
        Losses = 0;
        ClearsError = true;
    }

    public void RetryDue() => Queue(TaskTrigger.RetryDue, TaskEvents.System, "retry");

    public void Answer(ApprovalRecord approval, string principal)
    {
        Events.Add(TaskEvents.ApprovalAnswered(this, approval, principal));
        GoOnAfterAnswer(TaskEvents.Principal(principal), "approval_answered");
    }

    public void ExpireApproval(Guid approvalId, string callId)
    {
        Events.Add(TaskEvents.ApprovalExpired(this, approvalId, callId));
        GoOnAfterAnswer(TaskEvents.System, "approval_expired");
    }

    public void GoOnAfterSubagents() => GoOnAfterAnswer(TaskEvents.System, "subagents_ended");

    private void CancelBy(string actor, string reason)
    {
        if (State == TaskState.Running)
            Request(RequestedStop.Cancel);
        else
            Cancelled(actor, reason);
    }

    private void GoOnAfterAnswer(string actor, string reason)
    {
        if (StopRequested == RequestedStop.Pause)
            Paused(actor);
        else
            Queue(TaskTrigger.Answer, actor, reason);
    }

    private void Request(RequestedStop stop)
    {
        Changed |= StopRequested != stop;
        StopRequested = stop;
    }
}
