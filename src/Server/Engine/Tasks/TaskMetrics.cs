using System.Diagnostics.Metrics;
using Koda.Server.Engine.Attempts;
using Koda.Server.Engine.Runs;

namespace Koda.Server.Engine.Tasks;

/// <summary>What is counted and measured of tasks and their attempts; docs/operations.md says what each means.</summary>
internal sealed class TaskMetrics
{
    private const string Agent = "gen_ai.agent.id";
    private const string TokenType = "gen_ai.token.type";

    private readonly Meter _meter;
    private readonly Counter<long> _attemptsStarted;
    private readonly Counter<long> _attemptsEnded;
    private readonly Counter<long> _modelCalls;
    private readonly Counter<long> _toolCalls;
    private readonly Counter<long> _tokens;
    private readonly Counter<double> _cost;

    public TaskMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(EngineMetrics.MeterName);
        _attemptsStarted = _meter.CreateCounter<long>("koda.attempt.started", "{attempt}", "Attempts that were offered to a worker.");
        _attemptsEnded = _meter.CreateCounter<long>("koda.attempt.ended", "{attempt}", "Attempts that ended, by outcome.");
        _modelCalls = _meter.CreateCounter<long>("koda.usage.model_calls", "{call}", "Answers of models, as workers reported them.");
        _toolCalls = _meter.CreateCounter<long>("koda.usage.tool_calls", "{call}", "Calls of tools that ended, as workers reported them.");
        _tokens = _meter.CreateCounter<long>("koda.usage.tokens", "{token}", "Tokens that models took and gave, as workers reported them.");
        _cost = _meter.CreateCounter<double>("koda.usage.cost", "{USD}", "What models cost in US dollars, as workers reported it.");
    }

    /// <summary>Attempts were opened for workers.</summary>
    public void Started(int attempts) => _attemptsStarted.Add(attempts);

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
