using Koda.Protos.Common.V1;
using Koda.Server.Engine.Attempts;

namespace Koda.Server.Engine.Dispatch;

/// <summary>What the worker reports, and what it hears once that is committed.</summary>
internal sealed partial class WorkerConnection
{
    /// <summary>
    /// Queues a report to be committed with others; reports of one attempt keep their order. The answer comes as a signal. Await this
    /// before taking the worker's next message: it waits when too much is under way.
    /// </summary>
    /// <exception cref="EngineException">INVALID_REQUEST: the report cannot be stored.</exception>
    public async Task Report(AttemptReport report, CancellationToken cancellationToken)
    {
        ReportRules.Check(report);
        await _pending.WaitAsync(cancellationToken);
        Guid? taskId;
        lock (_gate)
        {
            var held = Holds(report.Attempt);
            taskId = held?.TaskId;
            if (held is not null)
                held.Closing |= report.Closes;
        }
        if (report.Closes)
            _host.CreditChanged();
        _ = Commit(new WorkerReport(Hello.WorkerId, report, taskId));
    }

    private async Task Commit(WorkerReport report)
    {
        try
        {
            Hear(await _host.Reports.Write(report));
        }
        catch (Exception failure)
        {
            Fail(failure);
        }
        finally
        {
            _pending.Release();
        }
    }

    private void Hear(ReportOutcome outcome)
    {
        var attempt = outcome.Report.Attempt;
        switch (outcome)
        {
            case ReportOutcome.Recorded(var batch, var lastSeq):
                Send(new EventsRecorded(attempt, batch.Batch, lastSeq));
                break;
            case ReportOutcome.Noted:
                break;
            case ReportOutcome.Closed:
                Forget(attempt);
                Send(new AttemptClosed(attempt));
                break;
            case ReportOutcome.Refused(_, var reason):
                Forget(attempt);
                Send(new AttemptLost(attempt, reason));
                break;
            case ReportOutcome.OutOfOrder(var batch, var expected):
                Fail(
                    new EngineException(
                        ErrorReason.InvalidRequest,
                        $"Batch {batch.Batch} of attempt {attempt.AttemptId} came where {expected} was expected."));
                break;
        }
    }

    private void Forget(AttemptKey attempt)
    {
        lock (_gate)
        {
            if (Holds(attempt) is not null)
                _held.Remove(attempt.AttemptId);
        }
        _host.CreditChanged();
    }
}
