using Koda.Server.Engine.Attempts;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Dispatch;

/// <summary>
/// Commits reports of all connections together, those of one attempt in their order. In a trouble of the database they wait here: a report
/// that comes twice counts once, so one whose outcome is unknown is simply written again.
/// </summary>
internal sealed class ReportQueue : IAsyncDisposable
{
    // Two, so that one transaction is prepared while the other one waits for the disk.
    private const int Lanes = 2;

    private readonly WriteBatcher<WorkerReport, ReportOutcome>[] _lanes;

    public ReportQueue(Database database, ReportAttempts reportAttempts, EngineMetrics metrics)
    {
        // A lane keeps the order; connections bound what they have under way.
        var options = new WriteBatcherOptions
        {
            MaxBatch = 200,
            Capacity = 100_000,
            KeepsTrying = true,
            Committed = size => metrics.Batch("report", size),
        };
        _lanes =
        [
            .. Enumerable
                .Range(0, Lanes)
                .Select(_ => new WriteBatcher<WorkerReport, ReportOutcome>(database, reportAttempts.Execute, options)),
        ];
    }

    public Task<ReportOutcome> Write(WorkerReport report) =>
        _lanes[(uint)report.Report.Attempt.AttemptId.GetHashCode() % Lanes].Write(report, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        foreach (var lane in _lanes)
            await lane.DisposeAsync();
    }
}
