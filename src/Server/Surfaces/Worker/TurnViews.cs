using Koda.Server.Engine.Tasks;
using Wire = Koda.Protos.Worker.V1;

namespace Koda.Server.Surfaces.Worker;

/// <summary>The worker protocol's view of turns, and of work on workspaces.</summary>
internal static class TurnViews
{
    private static Wire.FallbackModel From(FallbackModel fallback) => new()
    {
        Model = fallback.Model,
        Connection = fallback.Connection,
        ProviderKind = fallback.Kind,
        ContextTokens = fallback.ContextTokens,
    };

    public static Wire.Turn? From(TurnContext? turn) => turn is null ? null : new Wire.Turn
    {
        ConversationId = turn.ConversationId.ToString(),
        Number = turn.Number,
        Variant = turn.Variant,
        Unattended = turn.Unattended,
        Snapshots = turn.Snapshots,
        NeedsTitle = turn.NeedsTitle,
        Compacts = turn.Compacts,
        Fallbacks = { turn.Fallbacks.Select(From) },
        CostBeforeMicros = turn.CostBeforeMicros,
        BudgetMicros = turn.BudgetMicros,
        BudgetWarnPercent = turn.BudgetWarnPercent,
        Subagents = { turn.Subagents.Select(agent => new Wire.CallableAgent { AgentId = agent.AgentId, Description = agent.Description }) },
    };

    public static Wire.WorkspaceOperation? From(OperationContext? operation) => operation is null ? null : new Wire.WorkspaceOperation
    {
        Kind = operation.Kind switch
        {
            OperationKind.Restore => Wire.WorkspaceOperationKind.Restore,
            OperationKind.Diff => Wire.WorkspaceOperationKind.Diff,
            OperationKind.Forget => Wire.WorkspaceOperationKind.Forget,
            _ => throw new ArgumentOutOfRangeException(nameof(operation), operation.Kind, "An operation without a name."),
        },
        ConversationId = operation.ConversationId.ToString(),
        Commit = operation.Commit,
        OtherCommit = operation.OtherCommit,
        Turn = operation.Turn,
    };
}
