using Koda.Protos.Worker.V1;
using Koda.Worker.Journal;
using Koda.Worker.Session;

namespace Koda.Worker.Loop;

/// <summary>How much a run may use. 0 in an agent's definition means the default here, or no limit.</summary>
internal sealed class Limits(AgentLimits? limits, bool isTurn = false)
{
    private const int DefaultIterations = 50;

    // A person watches, and can stop it.
    private const int DefaultIterationsOfTurn = 200;
    private const int LongestSeconds = 30 * 24 * 3600;
    private static readonly TimeSpan s_defaultTimeout = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_defaultCommandTimeout = TimeSpan.FromMinutes(2);

    private readonly AgentLimits _limits = limits ?? new AgentLimits();

    /// <summary>How long an attempt may run.</summary>
    public TimeSpan Timeout => Seconds(_limits.TimeoutSeconds, s_defaultTimeout);

    /// <summary>How long one command may run.</summary>
    public TimeSpan CommandTimeout => Seconds(_limits.CommandTimeoutSeconds, s_defaultCommandTimeout);

    /// <summary>The limit that forbids another model call. Null: none.</summary>
    public GuardrailHit? Reached(Conversation conversation)
    {
        var iterations = _limits.MaxIterations > 0 ? _limits.MaxIterations : isTurn ? DefaultIterationsOfTurn : DefaultIterations;
        return conversation switch
        {
            { Repetitions: >= RepeatedCalls.Fatal and var times } =>
                new GuardrailHit(GuardrailHit.RepeatedCall, $"A tool was called {times} times with the same arguments and result."),
            { Step: var steps } when steps >= iterations =>
                new GuardrailHit(GuardrailHit.MaxIterations, $"The agent made {steps} model calls; the limit is {iterations}."),
            { Tokens: var tokens } when tokens >= _limits.MaxTokens && _limits.MaxTokens > 0 =>
                new GuardrailHit(GuardrailHit.MaxTokens, $"The agent used {tokens} tokens; the limit is {_limits.MaxTokens}."),
            { CostMicros: var cost } when cost >= _limits.MaxCostMicros && _limits.MaxCostMicros > 0 =>
                new GuardrailHit(GuardrailHit.MaxCost, $"The agent cost {cost} micro-dollars; the limit is {_limits.MaxCostMicros}."),
            _ => null,
        };
    }

    /// <summary>How an attempt ends that reached a limit.</summary>
    public static AttemptOutcome Failure(GuardrailHit hit) =>
        new AttemptOutcome.Failed($"guardrail.{hit.Rule}", hit.Detail, Retryable: false);

    private static TimeSpan Seconds(int seconds, TimeSpan otherwise) =>
        seconds > 0 ? TimeSpan.FromSeconds(Math.Min(seconds, LongestSeconds)) : otherwise;
}
