using System.Diagnostics.Metrics;
using Koda.Server.Engine.Attempts;
using Koda.Server.Engine.Tasks;
using Koda.Server.Engine.Usage;

namespace Koda.Server.Engine;

/// <summary>What the engine counts and measures; docs/operations.md says what each means. What nobody listens to costs a check.</summary>
internal sealed class EngineMetrics
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "Koda.Server";

    private const string Agent = "gen_ai.agent.id";
    private const string TokenType = "gen_ai.token.type";

    private static readonly InstrumentAdvice<double> s_delays = new()
    {
        HistogramBucketBoundaries = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    };

    private static readonly InstrumentAdvice<int> s_sizes = new() { HistogramBucketBoundaries = [1, 2, 5, 10, 20, 50, 100, 200, 500] };

    private readonly Meter _meter;
    private readonly Counter<long> _attemptsStarted;
    private readonly Counter<long> _attemptsEnded;
    private readonly Counter<long> _leasesLost;
    private readonly Histogram<int> _batches;
    private readonly UpDownCounter<long> _feeds;
    private readonly Histogram<double> _feedLag;
    private readonly Counter<long> _modelCalls;
    private readonly Counter<long> _toolCalls;
    private readonly Counter<long> _tokens;
    private readonly Counter<double> _cost;

    public EngineMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _attemptsStarted = _meter.CreateCounter<long>("koda.attempt.started", "{attempt}", "Attempts that were offered to a worker.");
        _attemptsEnded = _meter.CreateCounter<long>("koda.attempt.ended", "{attempt}", "Attempts that ended, by outcome.");
        _leasesLost = _meter.CreateCounter<long>(
            "koda.lease.lost", "{lease}", "Attempts that a connected worker was told it does not hold.");
        _batches = _meter.CreateHistogram("koda.batch.size", "{item}", "How much was committed together.", advice: s_sizes);
        _feeds = _meter.CreateUpDownCounter<long>("koda.feed.open", "{feed}", "Open feeds of events.");
        _feedLag = _meter.CreateHistogram(
            "koda.feed.lag", "s", "From the time of an event to its delivery to a follower.", advice: s_delays);
        _modelCalls = _meter.CreateCounter<long>("koda.usage.model_calls", "{call}", "Answers of models, as workers reported them.");
        _toolCalls = _meter.CreateCounter<long>("koda.usage.tool_calls", "{call}", "Calls of tools that ended, as workers reported them.");
        _tokens = _meter.CreateCounter<long>("koda.usage.tokens", "{token}", "Tokens that models took and gave, as workers reported them.");
        _cost = _meter.CreateCounter<double>("koda.usage.cost", "{USD}", "What models cost in US dollars, as workers reported it.");
    }

    /// <summary>Work of one kind was committed together.</summary>
    public void Batch(string kind, int size) => _batches.Record(size, KeyValuePair.Create<string, object?>("koda.batch.kind", kind));

    /// <summary>A claim of attempts was committed.</summary>
    public void Claimed(int attempts)
    {
        _attemptsStarted.Add(attempts);
        Batch("claim", attempts);
    }

    /// <summary>Changes of tasks were committed.</summary>
    public void Saved(TaskChanges changes)
    {
        foreach (var outcome in changes.EndedAttempts)
            _attemptsEnded.Add(1, KeyValuePair.Create<string, object?>("koda.attempt.outcome", EnumText<AttemptOutcome>.Of(outcome)));
        foreach (var task in changes.Tasks)
        {
            if (task.Used != default)
                Used(KeyValuePair.Create<string, object?>(Agent, task.AgentId), task.Used);
        }
    }

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

    /// <summary>Has the queue asked when metrics are collected.</summary>
    public void ObserveQueue(Func<IReadOnlyList<QueuedTasks>> queue)
    {
        _meter.CreateObservableGauge(
            "koda.queue.tasks",
            () => queue().Select(of => Measured(of.Tasks, of.AgentId)),
            "{task}",
            "Tasks that wait for a worker, by agent.");
        _meter.CreateObservableGauge(
            "koda.queue.age",
            () => queue().Select(of => Measured(of.Age.TotalSeconds, of.AgentId)),
            "s",
            "How long the first of them has waited.");
    }

    private void Used(KeyValuePair<string, object?> agent, UsageTotals used)
    {
        _modelCalls.Add(used.ModelCalls, agent);
        _toolCalls.Add(used.ToolCalls, agent);
        _tokens.Add(used.InputTokens, agent, KeyValuePair.Create<string, object?>(TokenType, "input"));
        _tokens.Add(used.OutputTokens, agent, KeyValuePair.Create<string, object?>(TokenType, "output"));
        _cost.Add(used.CostMicros / 1e6, agent);
    }

    private static Measurement<T> Measured<T>(T value, string agentId)
        where T : struct => new(value, KeyValuePair.Create<string, object?>(Agent, agentId));
}
