using Koda.Protos.Worker.V1;
using Koda.Worker.Session;
using Koda.Worker.Tests.Loop;

namespace Koda.Worker.Tests.Snapshots;

/// <summary>A log that takes only so many events: there the attempt is killed.</summary>
internal sealed class CutReports(MemoryJournal journal, int length) : IAttemptReports, IDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _killed = new();

    public CancellationToken Killed => _killed.Token;

    public void Report(ReportedEvent reported)
    {
        lock (_gate)
        {
            if (journal.Events.Count < length)
                journal.Report(reported);
            else
                _killed.Cancel();
        }
    }

    public Task Committed(CancellationToken cancellationToken) => journal.Committed(cancellationToken);

    public Task Room(CancellationToken cancellationToken) => journal.Room(cancellationToken);

    public void Pause(ProviderPause pause) => journal.Pause(pause);

    public void Progress(string text) => journal.Progress(text);

    public void Dispose() => _killed.Dispose();
}
