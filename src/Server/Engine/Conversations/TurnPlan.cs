using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Subagents;
using Koda.Server.Engine.Tasks;
using Koda.Server.Engine.Runs;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Conversations;

/// <summary>Decides under which conditions a turn runs: settings, model, money.</summary>
internal sealed class TurnPlan(AgentProviders providers)
{
    public async Task<TaskContext> Make(
        Transaction transaction,
        LockedConversation conversation,
        NewMessage message,
        PublishedAgent agent,
        CancellationToken cancellationToken)
    {
        var settings = await CodeSettingStore.Read(transaction.Connection, cancellationToken);
        var spent = (await RunStore.OfConversation(transaction.Connection, conversation.Id, Guid.Empty, cancellationToken)).CostMicros
            + await SubagentStore.Cost(transaction.Connection, conversation.Id, cancellationToken);
        var context = new TaskContext
        {
            Provider = conversation.Model.Provider,
            Model = conversation.Model.Model,
            Workspace = conversation.Workspace,
        };
        var provider = await providers.Resolve(transaction, agent.Id, agent.Definition, context.Provider, cancellationToken);
        var model = FirstOf(context.Model, agent.Definition.Model, provider.DefaultModel);
        var facts = await ModelChoices.Facts(transaction, provider.Id, model, cancellationToken);
        var calls = !conversation.IsSubagent && agent.Definition.Tools.Contains(AgentRules.SubagentTool);
        return context with
        {
            Turn = new TurnContext
            {
                ConversationId = conversation.Id,
                Number = conversation.Turns + 1,
                Variant = message.Variant.Length > 0 ? message.Variant : Within(agent.Definition.ReasoningBudget),
                Unattended = message.Unattended,
                Snapshots = settings.Snapshots && !conversation.IsSubagent,
                NeedsTitle = conversation.Title.Length == 0 && !message.Compacts,
                Compacts = message.Compacts,
                Fallbacks = await ModelChoices.Fallbacks(transaction, settings.FallbackModels, provider, cancellationToken),
                CostBeforeMicros = spent,
                BudgetMicros = settings.BudgetMicros,
                BudgetWarnPercent = settings.BudgetWarnPercent,
                ContextTokens = facts?.ContextTokens ?? provider.ContextTokens,
                MaxOutputTokens = facts?.MaxOutputTokens ?? 0,
                CompactionPercent = settings.CompactionPercent,
                BasePermissions = settings.Permissions,
                Subagents = calls ? await SubagentStore.Choices(transaction.Connection, cancellationToken) : [],
            },
        };
    }

    /// <summary>The variant that reasons most within a budget, and the least one where it allows none.</summary>
    private static string Within(int tokens) => tokens switch
    {
        <= 0 => "",
        < 10_000 => "low",
        < 32_000 => "high",
        _ => "max",
    };

    private static string FirstOf(params string[] names) => Array.Find(names, name => name.Length > 0) ?? "";
}
