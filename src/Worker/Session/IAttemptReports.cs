using Koda.Protos.Worker.V1;

namespace Koda.Worker.Session;

/// <summary>Where a running attempt reports what it does.</summary>
internal interface IAttemptReports
{
    /// <summary>Queues an event. Events are recorded in the order of these calls.</summary>
    void Report(ReportedEvent reported);

    /// <summary>Waits until every event reported so far is committed.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled; the attempt may be
    /// lost.</exception>
    Task Committed(CancellationToken cancellationToken);

    /// <summary>Waits while so much is queued that a streaming source has to slow down.</summary>
    Task Room(CancellationToken cancellationToken);

    /// <summary>Tells that the provider asked for a pause, which the attempt waits for.</summary>
    void Pause(ProviderPause pause);

    /// <summary>Says what the attempt is doing, for people.</summary>
    void Progress(string text);
}
