using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Tasks;

namespace Koda.Server.Engine.Attempts;

/// <summary>Work as it is handed to a worker.</summary>
internal sealed record Assignment(
    AttemptKey Attempt,
    Guid TaskId,
    Guid RunId,
    int AttemptNumber,
    string Query,
    AgentSpec Agent,
    string Workspace,
    long JournalLength,
    string Traceparent,
    string Metadata)
{
    public TurnContext? Turn { get; init; }

    public OperationContext? Operation { get; init; }

    /// <summary>How many tokens the model reads at most. 0: unknown.</summary>
    public long ContextTokens { get; init; }

    /// <summary>The part of them at which the conversation is compacted. 0: never.</summary>
    public int CompactionPercent { get; init; }
}

/// <summary>What a worker needs to know of an agent, the task's overrides and the provider's defaults applied.</summary>
internal sealed record AgentSpec(
    string Id,
    int Version,
    string ProviderKind,
    string Model,
    string SystemPrompt,
    IReadOnlyList<string> Tools,
    IReadOnlyList<PermissionRule> Permissions,
    AgentLimits Limits,
    string ProviderOptions,
    IReadOnlyList<string> Skills);
