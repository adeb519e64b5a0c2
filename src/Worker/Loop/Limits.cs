using Koda.Protos.Worker.V1;
using Koda.Worker.Journal;
using Koda.Worker.Session;

namespace Koda.Worker.Loop;

/// <summary>How much a run may use. 0 in an agent's definition means the default here, or no limit.</summary>
internal sealed class Limits(AgentLimits? limits)
{
    private const int DefaultIterations = 50;
    private const int LongestSeconds = 30 * 24 * 3600;
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromHours(1);
    private static readonly TimeSpan DefaultCommandTimeout = TimeSpan.FromMinutes(2);

    private readonly AgentLimits _limits = limits ?? new AgentLimits();

    /// <summary>How long an attempt may run.</summary>
    public TimeSpan Timeout => Seconds(_limits.TimeoutSeconds, DefaultTimeout);

    /// <summary>How long one command may run.</summary>
    public TimeSpan CommandTimeout => Seconds(_limits.CommandTimeoutSeconds, DefaultCommandTimeout);

    /// <summary>The limit that forbids another model call. Null: none.</summary>
    public GuardrailHit? Reached(Conversation conversation)
    {
        var iterations = _limits.MaxIterations == 0 ? DefaultIterations : _limits.MaxIterations;
        if (conversation.Repetitions >= RepeatedCalls.Fatal)
            return new GuardrailHit(GuardrailHit.RepeatedCall, $"A tool was called {conversation.Repetitions} times with the same arguments and result.");
        if (conversation.Step >= iterations)
            return new GuardrailHit(GuardrailHit.MaxIterations, $"The agent made {conversation.Step} model calls; the limit is {iterations}.");
        if (_limits.MaxTokens > 0 && conversation.Tokens >= _limits.MaxTokens)
            return new GuardrailHit(GuardrailHit.MaxTokens, $"The agent used {conversation.Tokens} tokens; the limit is {_limits.MaxTokens}.");
        if (_limits.MaxCostMicros > 0 && conversation.CostMicros >= _limits.MaxCostMicros)
        {
            return new GuardrailHit(
                GuardrailHit.MaxCost, $"The agent cost {conversation.CostMicros} micro-dollars; the limit is {_limits.MaxCostMicros}.");
        }
        return null;
    }

    /// <summary>How an attempt ends that reached a limit.</summary>
    public static AttemptOutcome Failure(GuardrailHit hit) => new AttemptOutcome.Failed($"guardrail.{hit.Rule}", hit.Detail, Retryable: false);

    private static TimeSpan Seconds(int seconds, TimeSpan otherwise) =>
        seconds > 0 ? TimeSpan.FromSeconds(Math.Min(seconds, LongestSeconds)) : otherwise;
}
