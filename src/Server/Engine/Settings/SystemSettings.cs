using System.Text.Json.Serialization;
using Koda.Server.Engine.Agents;

namespace Koda.Server.Engine.Settings;

/// <summary>
/// Settings of the whole installation, as they are stored. <see cref="Revision"/> and <see cref="UpdatedAt"/> have columns of their own.
/// </summary>
internal sealed record SystemSettings
{
    /// <summary>Names of service principals; empty: all of them.</summary>
    public IReadOnlyList<string> AllowedUsers { get; init; } = [];

    public DefaultSettings Defaults { get; init; } = new();
    public PolicySettings Policy { get; init; } = new();

    [JsonIgnore]
    public long Revision { get; init; }

    [JsonIgnore]
    public DateTime? UpdatedAt { get; init; }

    /// <summary>The definition with what the installation says where it says nothing itself.</summary>
    public AgentDefinition Complete(AgentDefinition definition) => definition with
    {
        Limits = definition.Limits with
        {
            MaxIterations = Or(definition.Limits.MaxIterations, Defaults.MaxIterations),
            MaxTokens = definition.Limits.MaxTokens > 0 ? definition.Limits.MaxTokens : Defaults.MaxTokens,
            MaxCostMicros = definition.Limits.MaxCostMicros > 0 ? definition.Limits.MaxCostMicros : Defaults.MaxCostMicros,
            TimeoutSeconds = Or(definition.Limits.TimeoutSeconds, Defaults.TimeoutSeconds),
        },
        // The last rule that matches decides, so the agent's own rules win.
        Permissions = [.. Policy.Rules, .. definition.Permissions],
    };

    private static int Or(int own, int common) => own > 0 ? own : common;
}

/// <summary>What agents and tasks get that do not say it themselves. 0 and empty: nothing.</summary>
internal sealed record DefaultSettings
{
    public string AgentId { get; init; } = "";
    public int MaxIterations { get; init; }
    public long MaxTokens { get; init; }
    public long MaxCostMicros { get; init; }
    public int TimeoutSeconds { get; init; }
}

/// <summary>What is allowed.</summary>
internal sealed record PolicySettings
{
    public bool AcceptTasks { get; init; } = true;

    /// <summary>For tools that change something, when no rule of the agent matches.</summary>
    public PermissionAction DefaultToolAction { get; init; } = PermissionAction.Ask;

    /// <summary>0: the server's default.</summary>
    public int ApprovalTimeoutSeconds { get; init; }

    [JsonIgnore]
    public TimeSpan? ApprovalTimeout => ApprovalTimeoutSeconds > 0 ? TimeSpan.FromSeconds(ApprovalTimeoutSeconds) : null;

    /// <summary>To ask is what workers do without a rule.</summary>
    [JsonIgnore]
    public IEnumerable<PermissionRule> Rules => DefaultToolAction == PermissionAction.Ask
        ? []
        : AgentRules.ChangingTools.Select(tool => new PermissionRule(tool, "", DefaultToolAction));
}
