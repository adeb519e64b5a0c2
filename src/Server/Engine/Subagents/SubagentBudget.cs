using Koda.Server.Engine.Conversations;
using Koda.Server.Engine.Runs;
using Npgsql;

namespace Koda.Server.Engine.Subagents;

/// <summary>What one subagent may cost, in micro-dollars. 0: no limit, unless the session's own is used up.</summary>
internal readonly record struct SubagentBudget(long Micros, bool IsUsedUp)
{
    /// <summary>The installation's limit for one subagent, and no more than an equal share of what the session has left.</summary>
    public static async Task<SubagentBudget> Share(
        NpgsqlConnection connection, Guid conversationId, CodeSettings settings, int subagents, CancellationToken cancellationToken)
    {
        if (settings.BudgetMicros == 0)
            return new SubagentBudget(settings.SubagentBudgetMicros, IsUsedUp: false);
        var spent = (await RunStore.OfConversation(connection, conversationId, Guid.Empty, cancellationToken)).CostMicros
            + await SubagentStore.Cost(connection, conversationId, cancellationToken);
        var share = (settings.BudgetMicros - spent) / Math.Max(1, subagents);
        var least = settings.SubagentBudgetMicros == 0 ? share : Math.Min(share, settings.SubagentBudgetMicros);
        return new SubagentBudget(Math.Max(0, least), IsUsedUp: share <= 0);
    }
}
