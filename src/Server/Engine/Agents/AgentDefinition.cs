using System.Text.Json.Serialization;

namespace Koda.Server.Engine.Agents;

/// <summary>What an agent is. A stored definition holds no secret: the provider's key is kept by its connection.</summary>
internal sealed record AgentDefinition
{
    public const string Primary = "primary";
    public const string Subagent = "subagent";

    public string Name { get; init; } = "";
    public string Description { get; init; } = "";

    /// <summary>Empty: the provider's default.</summary>
    public string Model { get; init; } = "";

    /// <summary>Null, or without a kind: the server's default connection.</summary>
    public AgentProvider? Provider { get; init; }

    /// <summary>The agent has a provider of its own, or names a stored connection.</summary>
    [JsonIgnore]
    public bool NamesProvider => Provider is { Kind.Length: > 0 } or { Connection.Length: > 0 };

    public string SystemPrompt { get; init; } = "";
    public IReadOnlyList<string> Tools { get; init; } = [];

    /// <summary>The last rule that matches a call decides. No match: allow for read-only tools, ask for the others.</summary>
    public IReadOnlyList<PermissionRule> Permissions { get; init; } = [];

    public AgentLimits Limits { get; init; } = new();

    /// <summary>How many of the agent's tasks run at once. 0: no limit.</summary>
    public int MaxConcurrentTasks { get; init; }

    public RetryPolicy Retry { get; init; } = new();

    /// <summary>Which workers may take its tasks. Null: any.</summary>
    public WorkerRoute? Route { get; init; }

    public IReadOnlyList<string> Skills { get; init; } = [];
    public string MemoryScope { get; init; } = "";

    /// <summary>Whether people talk to it (<see cref="Primary"/>) or other agents call it (<see cref="Subagent"/>).</summary>
    public string Mode { get; init; } = Primary;

    /// <summary>How varied the answers are. Null: the provider's default.</summary>
    public double? Temperature { get; init; }

    /// <summary>The largest number of reasoning tokens of one model call. 0: the provider's default.</summary>
    public int ReasoningBudget { get; init; }

    /// <summary>The tools that were taken from all to give <see cref="Tools"/>. Empty: they were named.</summary>
    public IReadOnlyList<string> DenyTools { get; init; } = [];
}

/// <summary>
/// Where a model is. <paramref name="Options"/> is a JSON object; <paramref name="BaseUrl"/> may be empty for the provider's own.
/// </summary>
internal sealed record AgentProvider(string Kind, string BaseUrl, string Options)
{
    /// <summary>The id or alias of a stored connection, in place of a provider of the agent's own. Null: none.</summary>
    public string? Connection { get; init; }
}

/// <summary>Says what happens when the agent calls a tool. An empty pattern matches every call.</summary>
internal sealed record PermissionRule(string Tool, string Pattern, PermissionAction Action);

internal enum PermissionAction
{
    Allow,
    Ask,
    Deny,
}

/// <summary>Limits of one task. 0 means the worker's default.</summary>
internal sealed record AgentLimits
{
    public int MaxIterations { get; init; }
    public long MaxTokens { get; init; }
    public long MaxCostMicros { get; init; }
    public int TimeoutSeconds { get; init; }
    public int MaxOutputTokens { get; init; }
    public int CommandTimeoutSeconds { get; init; }
}

/// <summary>How failed attempts are repeated.</summary>
internal sealed record RetryPolicy
{
    /// <summary>How many attempts may fail before the task does.</summary>
    public int MaxAttempts { get; init; } = 3;

    /// <summary>The pause before the second attempt; it doubles with each further one.</summary>
    public int InitialDelayMs { get; init; } = 1000;

    public int MaxDelayMs { get; init; } = 60_000;

    /// <summary>Error codes after which no other attempt is made.</summary>
    public IReadOnlyList<string> NonRetryable { get; init; } = [];

    /// <summary>
    /// The pause after so many failures: doubled with each, at most the maximum, spread over its upper half by <paramref name="jitter"/> (0
    /// to 1) so that tasks which failed together do not return together, and never shorter than <paramref name="atLeast"/>.
    /// </summary>
    public TimeSpan DelayAfter(int failures, TimeSpan atLeast, double jitter)
    {
        var doubled = InitialDelayMs * Math.Pow(2, failures - 1);
        var spread = Math.Min(doubled, MaxDelayMs) * (0.5 + (jitter / 2));
        return TimeSpan.FromMilliseconds(Math.Max(spread, atLeast.TotalMilliseconds));
    }
}
