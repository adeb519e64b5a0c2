using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Approvals;
using Koda.Server.Engine.Events;
using Koda.Server.Engine.Providers;
using Koda.Server.Engine.Settings;
using Koda.Server.Engine.Tasks;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Attempts;

/// <summary>
/// Commits what workers report, many reports in one transaction. Who does not hold the attempt any more is refused, and that is recorded.
/// </summary>
internal sealed class ReportAttempts(
    SaveTasks save,
    AgentCatalog agents,
    CurrentSettings settings,
    IRedactor redactor,
    EngineOptions options,
    ProviderLoad load,
    IDelegations delegations)
{
    /// <summary>Applies the reports in their order.</summary>
    /// <returns>An outcome for each report, valid once the transaction is committed.</returns>
    public async Task<IReadOnlyList<ReportOutcome>> Execute(
        Transaction transaction, IReadOnlyList<WorkerReport> reports, CancellationToken cancellationToken)
    {
        var taskIds = await FindTasks(transaction, reports, cancellationToken);
        var attemptIds = reports.Select(report => report.Report.Attempt.AttemptId).Distinct().ToArray();
        var changes = await TaskChanges.Lock(transaction, taskIds, attemptIds, cancellationToken);
        var outcomes = new Func<ReportOutcome>[reports.Count];
        for (var i = 0; i < reports.Count; i++)
            outcomes[i] = await Apply(transaction, changes, reports[i], cancellationToken);
        // Before the news of what is queued again, so that nobody claims it in ignorance.
        if (changes.HasPauses)
            transaction.AfterCommit(load.Changed);
        await save.Execute(transaction, changes, cancellationToken);
        return [.. outcomes.Select(outcome => outcome())];
    }

    private static async Task<Guid[]> FindTasks(
        Transaction transaction, IReadOnlyList<WorkerReport> reports, CancellationToken cancellationToken)
    {
        var known = reports.Where(report => report.TaskId is not null).Select(report => report.TaskId!.Value);
        var strangers = reports
            .Where(report => report.TaskId is null)
            .Select(report => report.Report.Attempt.AttemptId)
            .Distinct()
            .ToArray();
        var found = strangers.Length == 0 ? [] : await AttemptStore.FindTasks(transaction, strangers, cancellationToken);
        return [.. known.Concat(found).Distinct()];
    }

    /// <summary>Decides a report. The outcome is made after saving, when the sequence numbers of events are known.</summary>
    private async Task<Func<ReportOutcome>> Apply(
        Transaction transaction, TaskChanges changes, WorkerReport sent, CancellationToken cancellationToken)
    {
        var report = sent.Report;
        if (changes.FindAttempt(report.Attempt.AttemptId) is not { } attempt || changes.Find(attempt.TaskId) is not { } task)
            return () => new ReportOutcome.Refused(report, "unknown");
        var isSender = attempt.WorkerId == sent.WorkerId && attempt.Number == report.Attempt.FencingToken;
        if (isSender && IsSentAgain(attempt, report))
            return () => Confirm(attempt, report);
        if (!isSender || !attempt.IsOpen)
            return Refuse(task, attempt, sent);
        if (report is EventBatch batch)
            return Record(task, attempt, batch);
        if (report is PauseReport pause)
        {
            changes.Add(Requested(task, pause.Pause));
            return () => new ReportOutcome.Noted(report);
        }
        task.Record(report.Events, attempt.WorkerId, attempt.Number);
        await Close(transaction, changes, task, report, cancellationToken);
        return () => new ReportOutcome.Closed(report);
    }

    private static RequestedPause Requested(LockedTask task, ProviderPause pause) =>
        new(task.Id, ProviderCatalogue.Canonical(pause.Connection), pause.Model, pause.RetryAfter, pause.Code);

    private static Func<ReportOutcome> Record(LockedTask task, LockedAttempt attempt, EventBatch batch)
    {
        var expected = attempt.LastBatch + 1;
        if (batch.Batch != expected)
            return () => new ReportOutcome.OutOfOrder(batch, expected);
        task.Record(batch, attempt);
        return () => new ReportOutcome.Recorded(batch, attempt.LastSeq);
    }

    private async Task Close(
        Transaction transaction, TaskChanges changes, LockedTask task, AttemptReport report, CancellationToken cancellationToken)
    {
        switch (report)
        {
            case Completion completion:
                task.Complete(redactor.Redact(completion.Output));
                break;
            case Failure failure:
                var definition = await agents.Definition(transaction, task.AgentId, task.AgentVersion, cancellationToken);
                task.Fail(
                    failure with { Error = failure.Error with { Message = redactor.Redact(failure.Error.Message) } },
                    definition.Retry,
                    Random.Shared.NextDouble());
                break;
            case Suspension suspension:
                await Suspend(transaction, changes, task, suspension, cancellationToken);
                break;
            case Delegation delegation:
                await delegations.Start(transaction, task, delegation, cancellationToken);
                break;
            case GivenBack back:
                task.GiveBack(back.Outcome);
                break;
            case AttemptStop { Pause: { } pause }:
                changes.Add(Requested(task, pause));
                await CoolDown(transaction, task, report.Attempt, pause, cancellationToken);
                break;
            default:
                task.Stop(task.Open!.WorkerId, isCooldown: false);
                break;
        }
    }

    /// <summary>The task waits for its provider at no cost, unless its agent says that such a refusal ends it.</summary>
    private async Task CoolDown(
        Transaction transaction, LockedTask task, AttemptKey attempt, ProviderPause pause, CancellationToken cancellationToken)
    {
        var policy = (await agents.Definition(transaction, task.AgentId, task.AgentVersion, cancellationToken)).Retry;
        if (!policy.NonRetryable.Contains(pause.Code))
        {
            task.Stop(task.Open!.WorkerId, isCooldown: true);
            return;
        }
        var fault = new TaskFault(pause.Code, $"The provider asked for a pause of {pause.RetryAfter.TotalSeconds:0} s.");
        task.Fail(new Failure(attempt, fault, Retryable: false, TimeSpan.Zero, []), policy, jitter: 0);
    }

    private async Task Suspend(
        Transaction transaction, TaskChanges changes, LockedTask task, Suspension suspension, CancellationToken cancellationToken)
    {
        var now = await transaction.Time(cancellationToken);
        var asked = suspension.Approval with
        {
            CallId = StorableText.Of(suspension.Approval.CallId),
            Tool = StorableText.Of(suspension.Approval.Tool),
            Preview = redactor.Redact(StorableText.Of(suspension.Approval.Preview)),
            Arguments = redactor.Redact(suspension.Approval.Arguments),
        };
        var expiry = (await settings.Read(transaction, cancellationToken)).Policy.ApprovalTimeout ?? options.ApprovalExpiry;
        var approval = new NewApproval(Guid.CreateVersion7(), task.Id, task.AgentId, asked, now + (asked.ExpiresIn ?? expiry));
        task.Suspend(approval.Id, asked, approval.ExpiresAt);
        if (task.State == TaskState.Waiting)
            changes.Add(approval);
    }

    private static bool IsSentAgain(LockedAttempt attempt, AttemptReport report) =>
        report switch
        {
            EventBatch batch => batch.Batch <= attempt.LastBatch,
            Completion => attempt.Outcome == AttemptOutcome.Succeeded,
            Failure => attempt.Outcome == AttemptOutcome.Failed,
            Suspension or Delegation => attempt.Outcome == AttemptOutcome.Suspended,
            GivenBack back => attempt.Outcome == back.Outcome,
            PauseReport => false,
            AttemptStop { Pause: not null } => attempt.Outcome
                is AttemptOutcome.Paused
                    or AttemptOutcome.Cancelled
                    or AttemptOutcome.CooledDown
                    or AttemptOutcome.Failed,
            _ => attempt.Outcome
                is AttemptOutcome.Paused
                    or AttemptOutcome.Cancelled
                    or AttemptOutcome.Drained
                    or AttemptOutcome.CooledDown,
        };

    private static ReportOutcome Confirm(LockedAttempt attempt, AttemptReport report) => report is EventBatch batch
        ? new ReportOutcome.Recorded(batch, attempt.LastSeq)
        : new ReportOutcome.Closed(report);

    private static Func<ReportOutcome> Refuse(LockedTask task, LockedAttempt attempt, WorkerReport sent)
    {
        task.Events.Add(TaskEvents.ReportRefused(task, sent.Report, attempt.Number, sent.WorkerId));
        var reason =
            TaskStateMachine.IsFinal(task.State) ? "task_ended"
            : attempt.Outcome is AttemptOutcome.LeaseExpired or AttemptOutcome.OfferExpired && task.Attempt == attempt.Number
                ? "lease_expired"
            : "superseded";
        return () => new ReportOutcome.Refused(sent.Report, reason);
    }
}
