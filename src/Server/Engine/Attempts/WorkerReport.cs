namespace Koda.Server.Engine.Attempts;

/// <summary>A report with its sender, and the task of the attempt as far as the server knows it already.</summary>
internal sealed record WorkerReport(string WorkerId, AttemptReport Report, Guid? TaskId);

/// <summary>What became of a report.</summary>
internal abstract record ReportOutcome(AttemptReport Report)
{
    /// <summary>Events are committed, now or by an earlier sending.</summary>
    internal sealed record Recorded(EventBatch Batch, long LastSeq) : ReportOutcome(Batch);

    /// <summary>It is committed, and nobody waits to hear so.</summary>
    internal sealed record Noted(AttemptReport Report) : ReportOutcome(Report);

    /// <summary>The end of the attempt is committed, now or by an earlier sending.</summary>
    internal sealed record Closed(AttemptReport Report) : ReportOutcome(Report);

    /// <summary>The sender does not hold the attempt.</summary>
    internal sealed record Refused(AttemptReport Report, string Reason) : ReportOutcome(Report);

    /// <summary>A batch before this one is missing, so this one was not recorded.</summary>
    internal sealed record OutOfOrder(EventBatch Batch, long Expected) : ReportOutcome(Batch);
}
