namespace Koda.Server.Engine.Tasks;

/// <summary>What a turn is told beside what every task is. Empty and 0 mean that the agent, or the worker, decides.</summary>
internal sealed record TurnContext
{
    public required Guid ConversationId { get; init; }

    /// <summary>The number of the turn in its conversation, from 1.</summary>
    public required long Number { get; init; }

    /// <summary>How much the model is to reason: adaptive, low, high or max.</summary>
    public string Variant { get; init; } = "";

    /// <summary>Nobody is there to answer.</summary>
    public bool Unattended { get; init; }

    public bool Snapshots { get; init; }

    public bool NeedsTitle { get; init; }

    /// <summary>The older part of the conversation is summed up, and nothing else is done.</summary>
    public bool Compacts { get; init; }

    /// <summary>Models to ask, in order, when the own one gives no answer.</summary>
    public IReadOnlyList<FallbackModel> Fallbacks { get; init; } = [];

    /// <summary>What the conversation cost before this turn.</summary>
    public long CostBeforeMicros { get; init; }

    /// <summary>What the whole conversation may cost.</summary>
    public long BudgetMicros { get; init; }

    public int BudgetWarnPercent { get; init; }

    /// <summary>How many tokens the model reads at most.</summary>
    public long ContextTokens { get; init; }

    public long MaxOutputTokens { get; init; }

    public int CompactionPercent { get; init; }

    /// <summary>Rules of the installation for coding sessions, below the agent's own.</summary>
    public IReadOnlyList<Agents.PermissionRule> BasePermissions { get; init; } = [];

    /// <summary>Rules above which nothing may be done: those of the agent that called this one.</summary>
    public IReadOnlyList<Agents.PermissionRule> Ceiling { get; init; } = [];

    /// <summary>The agents that may be called.</summary>
    public IReadOnlyList<SubagentChoice> Subagents { get; init; } = [];
}

/// <summary>An agent that can be called.</summary>
internal sealed record SubagentChoice(string AgentId, string Description);

/// <summary>A model to ask in place of another.</summary>
/// <param name="Connection">The id of its connection. Empty: the task's own.</param>
/// <param name="Kind">The kind of provider.</param>
/// <param name="Model">The model's name there.</param>
/// <param name="ContextTokens">How many tokens it reads at most. 0: unknown.</param>
internal sealed record FallbackModel(string Connection, string Kind, string Model, long ContextTokens);

/// <summary>Work on a conversation's workspace that needs no model.</summary>
internal sealed record OperationContext(OperationKind Kind, Guid ConversationId, string Commit, string OtherCommit, long Turn);

internal enum OperationKind
{
    Restore,
    Diff,
    Forget,
}
