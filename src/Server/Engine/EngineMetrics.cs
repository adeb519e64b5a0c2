using System.Diagnostics.Metrics;

namespace Koda.Server.Engine;

/// <summary>
/// What is measured of batches, feeds and connected workers; docs/operations.md says what each means. What nobody listens to costs a check.
/// </summary>
internal sealed class EngineMetrics
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "Koda.Server";

    private static readonly InstrumentAdvice<double> s_delays = new()
    {
        HistogramBucketBoundaries = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    };

    private static readonly InstrumentAdvice<int> s_sizes = new() { HistogramBucketBoundaries = [1, 2, 5, 10, 20, 50, 100, 200, 500] };

    private readonly Meter _meter;
    private readonly Counter<long> _leasesLost;
    private readonly Histogram<int> _batches;
    private readonly UpDownCounter<long> _feeds;
    private readonly Histogram<double> _feedLag;

    public EngineMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _leasesLost = _meter.CreateCounter<long>(
            "koda.lease.lost", "{lease}", "Attempts that a connected worker was told it does not hold.");
        _batches = _meter.CreateHistogram("koda.batch.size", "{item}", "How much was committed together.", advice: s_sizes);
        _feeds = _meter.CreateUpDownCounter<long>("koda.feed.open", "{feed}", "Open feeds of events.");
        _feedLag = _meter.CreateHistogram(
            "koda.feed.lag", "s", "From the time of an event to its delivery to a follower.", advice: s_delays);
    }

    /// <summary>Work of one kind was committed together.</summary>
    public void Batch(string kind, int size) => _batches.Record(size, KeyValuePair.Create<string, object?>("koda.batch.kind", kind));

    /// <summary>A worker was told that it does not hold an attempt.</summary>
    public void LeaseLost(string reason) => _leasesLost.Add(1, KeyValuePair.Create<string, object?>("koda.lease.reason", reason));

    public void FeedOpened() => _feeds.Add(1);

    public void FeedClosed() => _feeds.Add(-1);

    /// <summary>A follower took an event that was committed while it followed.</summary>
    public void Delivered(TimeSpan lag) => _feedLag.Record(Math.Max(0, lag.TotalSeconds));

    /// <summary>Has the connections asked when metrics are collected.</summary>
    public void ObserveWorkers(Func<int> connected, Func<int> leases)
    {
        _meter.CreateObservableUpDownCounter("koda.worker.connected", connected, "{worker}", "Workers that are connected to this server.");
        _meter.CreateObservableUpDownCounter("koda.lease.held", leases, "{lease}", "Attempts that workers connected to this server hold.");
    }
}
