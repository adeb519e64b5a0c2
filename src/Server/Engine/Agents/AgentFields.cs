using Koda.Providers;

namespace Koda.Server.Engine.Agents;

/// <summary>One field of a definition.</summary>
/// <param name="Path">Its name in the contract.</param>
/// <param name="Section">The section that it belongs to.</param>
/// <param name="Value">Reads it.</param>
internal sealed record AgentField(string Path, string Section, Func<AgentDefinition, object?> Value)
{
    public string Json(AgentDefinition definition) => EngineJson.Write(Value(definition));
}

/// <summary>A field that differs between two definitions; both values as JSON.</summary>
internal sealed record FieldChange(string Path, string Before, string After);

/// <summary>All fields of a definition: what sections are made of, and what a comparison goes through.</summary>
internal static class AgentFields
{
    public static readonly IReadOnlyList<AgentField> All =
    [
        new("name", "identity", definition => definition.Name),
        new("description", "identity", definition => definition.Description),
        new("system_prompt", "prompt", definition => definition.SystemPrompt),
        new("model", "model", definition => definition.Model),
        new("provider.kind", "model", definition => definition.Provider?.Kind ?? ""),
        new("provider.base_url", "model", definition => definition.Provider?.BaseUrl ?? ""),
        new("provider.connection", "model", definition => definition.Provider?.Connection ?? ""),
        new("provider.options", "model", definition => definition.Provider?.Options ?? ""),
        new("temperature", "model", definition => definition.Temperature),
        new("reasoning_budget", "model", definition => definition.ReasoningBudget),
        new("mode", "identity", definition => definition.Mode),
        new("tools", "tools", definition => definition.Tools),
        new("memory_scope", "memory", definition => definition.MemoryScope),
        new("limits.max_iterations", "limits", definition => definition.Limits.MaxIterations),
        new("limits.max_tokens", "limits", definition => definition.Limits.MaxTokens),
        new("limits.max_cost_usd", "limits", definition => Dollars.Exactly(definition.Limits.MaxCostMicros)),
        new("limits.timeout_seconds", "limits", definition => definition.Limits.TimeoutSeconds),
        new("limits.max_output_tokens", "limits", definition => definition.Limits.MaxOutputTokens),
        new("limits.command_timeout_seconds", "limits", definition => definition.Limits.CommandTimeoutSeconds),
        new("limits.max_concurrent_tasks", "limits", definition => definition.MaxConcurrentTasks),
        new("retry.max_attempts", "limits", definition => definition.Retry.MaxAttempts),
        new("retry.initial_delay_ms", "limits", definition => definition.Retry.InitialDelayMs),
        new("retry.max_delay_ms", "limits", definition => definition.Retry.MaxDelayMs),
        new("retry.non_retryable", "limits", definition => definition.Retry.NonRetryable),
        new("route.role", "route", definition => definition.Route?.Role ?? ""),
        new("route.tags", "route", definition => definition.Route?.Tags ?? []),
        new("route.worker_id", "route", definition => definition.Route?.WorkerId ?? ""),
        new("skills", "skills", definition => definition.Skills),
        new("permissions", "permissions", definition => definition.Permissions),
    ];

    /// <summary>The sections in the order in which people read them.</summary>
    public static readonly IReadOnlyList<string> Sections = [.. All.Select(field => field.Section).Distinct()];

    /// <summary>Every field in which the two differ.</summary>
    public static IReadOnlyList<FieldChange> Compare(AgentDefinition before, AgentDefinition after) =>
        [
            .. All.Select(field => new FieldChange(field.Path, field.Json(before), field.Json(after)))
                .Where(change => change.Before != change.After),
        ];
}
