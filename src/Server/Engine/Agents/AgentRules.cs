using System.Text.Json;

namespace Koda.Server.Engine.Agents;

/// <summary>What a definition must keep to.</summary>
internal static class AgentRules
{
    private const int MaxSystemPrompt = 256 * 1024;
    private const int MaxAttempts = 100;
    private const double MaxTemperature = 2;

    /// <summary>The tool that calls other agents; there in turns of conversations only.</summary>
    public const string SubagentTool = "task";

    public static readonly IReadOnlyList<string> Tools =
    [
        "list",
        "read",
        "glob",
        "grep",
        "search",
        "audit",
        "write",
        "edit",
        "patch",
        "bash",
        "bash_output",
        "git",
        "lsp",
        "todo",
        "ask",
        "fetch",
        SubagentTool,
    ];

    /// <summary>What rules call paths outside of the workspace.</summary>
    public const string ExternalDirectory = "external_directory";

    /// <summary>The same and whatever the servers of tools of a worker give: what agents have that may do everything.</summary>
    public static readonly IReadOnlyList<string> AllTools = [.. Tools, "mcp__*"];

    /// <summary>What rules speak of beside tools: paths outside of the workspace, and what commands remove.</summary>
    private static readonly string[] s_ruled = ["*", ExternalDirectory, "external_read", "rm", "rmdir"];

    /// <summary>The tools that change something.</summary>
    public static readonly IReadOnlyList<string> ChangingTools = ["write", "edit", "patch", "bash", "lsp", "fetch"];

    private static readonly string[] s_providers = ["anthropic", "openai", "ollama", "offline", "noop"];

    /// <summary>Every problem, by field.</summary>
    public static Dictionary<string, string> Problems(string id, AgentDefinition definition)
    {
        var problems = new Dictionary<string, string>();
        if (!AgentIds.IsValid(id))
            problems["agent_id"] = AgentIds.Rule;
        if (definition.SystemPrompt.Length > MaxSystemPrompt)
            problems["system_prompt"] = $"must have at most {MaxSystemPrompt} characters";
        CheckTools(definition, problems);
        CheckProvider(definition.Provider, problems);
        CheckLimits(definition, problems);
        CheckRetry(definition.Retry, problems);
        CheckModel(definition, problems);
        CheckRoute(definition.Route, problems);
        return problems;
    }

    private static void CheckTools(AgentDefinition definition, Dictionary<string, string> problems)
    {
        for (var i = 0; i < definition.Tools.Count; i++)
        {
            if (!IsTool(definition.Tools[i]))
                problems[$"tools[{i}]"] = $"'{definition.Tools[i]}' is not one of {string.Join(", ", Tools)}";
        }
        for (var i = 0; i < definition.Permissions.Count; i++)
        {
            var tool = definition.Permissions[i].Tool;
            if (!s_ruled.Contains(tool) && !IsTool(tool))
                problems[$"permissions[{i}].tool"] = $"'{tool}' is not one of {string.Join(", ", s_ruled.Concat(Tools))}";
        }
    }

    // The tools of other servers are known to workers only.
    private static bool IsTool(string name) => Tools.Contains(name) || name.StartsWith("mcp__", StringComparison.Ordinal);

    private static void CheckProvider(AgentProvider? provider, Dictionary<string, string> problems)
    {
        if (provider is null)
            return;
        if (provider.Kind.Length > 0 && !s_providers.Contains(provider.Kind))
            problems["provider.kind"] = $"'{provider.Kind}' is not one of {string.Join(", ", s_providers)}";
        if (provider is { Kind.Length: > 0, Connection.Length: > 0 })
            problems["provider.connection"] =
                "contradicts provider.kind: name a stored connection, or describe a provider of the agent's own";
        if (provider.BaseUrl.Length > 0
            && !(Uri.TryCreate(provider.BaseUrl, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"))
            problems["provider.base_url"] = "must be an absolute http or https URL";
        if (provider.Options.Length > 0 && !IsJsonObject(provider.Options))
            problems["provider.options"] = "must be a JSON object";
    }

    private static void CheckLimits(AgentDefinition definition, Dictionary<string, string> problems)
    {
        var limits = definition.Limits;
        (string Field, long Value)[] values =
        [
            ("max_iterations", limits.MaxIterations),
            ("max_tokens", limits.MaxTokens),
            ("max_cost_usd", limits.MaxCostMicros),
            ("timeout_seconds", limits.TimeoutSeconds),
            ("max_output_tokens", limits.MaxOutputTokens),
            ("command_timeout_seconds", limits.CommandTimeoutSeconds),
            ("max_concurrent_tasks", definition.MaxConcurrentTasks),
        ];
        foreach (var (field, value) in values)
        {
            if (value < 0)
                problems[$"limits.{field}"] = "must not be negative";
        }
    }

    private static void CheckModel(AgentDefinition definition, Dictionary<string, string> problems)
    {
        if (definition.Mode is not (AgentDefinition.Primary or AgentDefinition.Subagent))
            problems["mode"] = $"must be {AgentDefinition.Primary} or {AgentDefinition.Subagent}";
        if (definition.Temperature is not (null or (>= 0 and <= MaxTemperature)))
            problems["temperature"] = $"must be from 0 to {MaxTemperature}";
        if (definition.ReasoningBudget < 0)
            problems["reasoning_budget"] = "must not be negative";
    }

    private static void CheckRoute(WorkerRoute? route, Dictionary<string, string> problems)
    {
        if (route is null)
            return;
        if (route.Role.Length > 0 && !WorkerNames.IsValid(route.Role))
            problems["route.role"] = WorkerNames.Rule;
        for (var i = 0; i < route.Tags.Count; i++)
        {
            if (!WorkerNames.IsValid(route.Tags[i]))
                problems[$"route.tags[{i}]"] = WorkerNames.Rule;
        }
        if (route.Tags.Count > WorkerNames.MostTags)
            problems["route.tags"] = $"must be at most {WorkerNames.MostTags}";
        if (route.WorkerId.Length > WorkerNames.LongestId || route.WorkerId.Any(char.IsControl))
            problems["route.worker_id"] = WorkerNames.IdRule;
        else if (route is { WorkerId.Length: > 0 } and ({ Role.Length: > 0 } or { Tags.Count: > 0 }))
            problems["route.worker_id"] = "contradicts role and tags: name one worker, or say what it must have";
    }

    private static void CheckRetry(RetryPolicy retry, Dictionary<string, string> problems)
    {
        if (retry.MaxAttempts is < 1 or > MaxAttempts)
            problems["retry.max_attempts"] = $"must be 1 to {MaxAttempts}";
        if (retry.InitialDelayMs < 0)
            problems["retry.initial_delay_ms"] = "must not be negative";
        if (retry.MaxDelayMs < retry.InitialDelayMs)
            problems["retry.max_delay_ms"] = "must not be less than the initial delay";
    }

    private static bool IsJsonObject(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
