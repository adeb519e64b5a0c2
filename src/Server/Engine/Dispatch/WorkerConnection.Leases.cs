using Koda.Server.Engine.Attempts;
using Koda.Server.Engine.Tasks;

namespace Koda.Server.Engine.Dispatch;

/// <summary>What the dispatcher does with the connection.</summary>
internal sealed partial class WorkerConnection
{
    /// <summary>What the worker can take now; null when that is nothing.</summary>
    public WorkerDemand? Demand()
    {
        lock (_gate)
        {
            var free = Hello.Slots - _held.Values.Count(held => !held.Closing);
            var credit = _draining || _closed || _silent || _held.Values.Any(KeepsWaiting) ? 0 : Math.Min(_credit, free);
            return credit > 0
                ? new WorkerDemand(Hello.WorkerId, Hello.AgentIds, Hello.WorkspaceRoots, credit) { Role = Hello.Role, Tags = Hello.Tags }
                : null;
        }
    }

    /// <summary>Offers work.</summary>
    /// <returns>False when the connection is closed, so that the work must go back.</returns>
    public bool Offer(Assignment assignment)
    {
        lock (_gate)
        {
            if (_closed)
                return false;
            _credit--;
            _held[assignment.Attempt.AttemptId] = new OfferedAttempt(assignment.Attempt, assignment.TaskId)
            {
                OfferedAt = _host.Now,
                ForgetAt = _host.ForgetAt(Terms.Offer),
            };
            Send(new Offered(assignment));
            return true;
        }
    }

    /// <summary>Goes on with an attempt that the worker held before it connected again.</summary>
    public void Confirm(RenewedLease lease, Guid taskId)
    {
        lock (_gate)
            _held[lease.Attempt.AttemptId] = new OfferedAttempt(lease.Attempt, taskId)
            {
                Accepted = true,
                ForgetAt = _host.ForgetAt(Terms.Lease),
            };
        Renewed(lease);
    }

    /// <summary>Tells what became of an attempt that the worker held before it connected again.</summary>
    public void Answer(WorkerSignal signal) => Send(signal);

    /// <summary>Leases to be renewed, each once.</summary>
    public IReadOnlyList<LeaseRenewal> TakeRenewals()
    {
        lock (_gate)
        {
            var asked = _held.Values.Where(held => held.RenewalAsked && !held.Closing).ToList();
            foreach (var held in asked)
                held.RenewalAsked = false;
            return [.. asked.Select(held => new LeaseRenewal(held.Key, held.Progress))];
        }
    }

    /// <summary>
    /// The database does not say for now whether these leases hold: they are asked for again, and the worker goes on meanwhile.
    /// </summary>
    public void HoldRenewals(IEnumerable<LeaseRenewal> renewals)
    {
        lock (_gate)
        {
            foreach (var renewal in renewals)
            {
                if (Holds(renewal.Attempt) is not { Closing: false } held)
                    continue;
                held.RenewalAsked = true;
                held.ForgetAt = _host.ForgetAt(Terms.Lease);
                if (held.Progress.Length == 0)
                    held.Progress = renewal.Progress;
            }
            Send(new LeasesHeld());
        }
        _host.RenewalAsked();
    }

    public void Renewed(RenewedLease lease)
    {
        lock (_gate)
        {
            if (Holds(lease.Attempt) is not { Closing: false } held)
                return;
            held.ForgetAt = _host.ForgetAt(Terms.Lease);
            held.Progress = "";
            Send(new LeaseRenewed(lease.Attempt, lease.ExpiresAt));
            RequestStop(held, lease.Stop);
        }
    }

    /// <summary>The worker let its hold on an attempt end. It is offered nothing more until it says something.</summary>
    public void Expire(AttemptKey attempt)
    {
        lock (_gate)
            _silent |= Holds(attempt) is { Closing: false };
        Lose(attempt, "lease_expired");
    }

    /// <summary>The attempt was taken away from the worker.</summary>
    public void Lose(AttemptKey attempt, string reason)
    {
        lock (_gate)
        {
            // While its end is being committed, the answer to that tells the worker.
            if (Holds(attempt) is not { Closing: false })
                return;
            _held.Remove(attempt.AttemptId);
            Send(new AttemptLost(attempt, reason));
        }
        _host.CreditChanged();
    }

    /// <summary>
    /// Asks to stop the attempt at a task, if the worker holds it. If not, it may have commands of an earlier one that wait with a
    /// cancelled task.
    /// </summary>
    public void RequestStop(Guid taskId, RequestedStop stop)
    {
        lock (_gate)
        {
            if (_held.Values.FirstOrDefault(held => held.TaskId == taskId && !held.Closing) is { } held)
                RequestStop(held, stop);
            else if (stop == RequestedStop.Cancel)
                Send(new TaskEnded(taskId));
        }
    }

    /// <summary>Attempts whose lease is over for certain, although nobody said so: another server swept them.</summary>
    public IReadOnlyList<AttemptKey> Overdue(long now)
    {
        lock (_gate)
            return [.. _held.Values.Where(held => !held.Closing && held.ForgetAt < now).Select(held => held.Key)];
    }

    private void RequestStop(OfferedAttempt held, RequestedStop stop)
    {
        if (stop == RequestedStop.None || held.StopSent == stop)
            return;
        held.StopSent = stop;
        Send(new StopRequested(held.Key, stop switch
        {
            RequestedStop.Cancel => StopReason.Cancel,
            RequestedStop.Requeue => StopReason.Drain,
            _ => StopReason.Pause,
        }));
    }

    // The sweep queues the task of an offer that was let end before it tells the connection, so that a claim may come between the two.
    private bool KeepsWaiting(OfferedAttempt held) =>
        held is { Accepted: false, Closing: false } && _host.Since(held.OfferedAt) > Terms.Offer / 2;
}
