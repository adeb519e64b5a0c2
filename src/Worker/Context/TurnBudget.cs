using System.Globalization;
using Koda.Protos.Worker.V1;
using Koda.Worker.Journal;

namespace Koda.Worker.Context;

/// <summary>What a conversation may cost, seen from one of its turns.</summary>
internal sealed class TurnBudget(Turn turn)
{
    private readonly long _warnAt = (long)((Int128)turn.BudgetMicros * turn.BudgetWarnPercent / 100);

    /// <summary>The warning that is due. Null: none, or the conversation was warned before.</summary>
    public GuardrailHit? Warning(Conversation conversation)
    {
        var spent = turn.CostBeforeMicros + conversation.CostMicros;
        return
            turn.BudgetMicros > 0
            && turn.BudgetWarnPercent > 0
            && !conversation.BudgetWarned
            && turn.CostBeforeMicros < _warnAt
            && spent >= _warnAt
            ? new GuardrailHit(
                GuardrailHit.BudgetWarning, $"The conversation cost {Amount(spent)} of its budget of {Amount(turn.BudgetMicros)}.")
            : null;
    }

    /// <summary>Why no model may be asked any more. Null: it may.</summary>
    public GuardrailHit? Exceeded(Conversation conversation)
    {
        var spent = turn.CostBeforeMicros + conversation.CostMicros;
        return turn.BudgetMicros > 0 && spent >= turn.BudgetMicros
            ? new GuardrailHit(
                GuardrailHit.Budget,
                $"The budget of this conversation, {Amount(turn.BudgetMicros)}, is used up: it cost {Amount(spent)}. I stop here; raise the budget to go on."
            )
            : null;
    }

    private static string Amount(long micros) => string.Create(CultureInfo.InvariantCulture, $"${Dollars.Exactly(micros):0.00####}");
}
