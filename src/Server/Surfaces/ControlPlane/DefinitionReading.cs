using Koda.Protos.Common.V1;
using Koda.Providers;
using Koda.Server.Engine;
using Koda.Server.Engine.Agents;
using Wire = Koda.Protos.ControlPlane.V1;

namespace Koda.Server.Surfaces.ControlPlane;

/// <summary>Reads agent definitions of the control-plane API. What they say is judged by the engine.</summary>
internal static class DefinitionReading
{
    /// <exception cref="EngineException">AGENT_INVALID: the definition cannot even be stored. The details name that and everything else
    /// that is wrong with it.</exception>
    public static AgentDefinition From(string id, Wire.AgentDefinition definition)
    {
        var faults = ActionFaults(definition);
        if (definition.Limits is { } limits && !Dollars.IsCountable(limits.MaxCostUsd))
            faults["limits.max_cost_usd"] = "must be an amount of US dollars; 0 is no limit";
        var read = Read(definition);
        if (faults.Count == 0)
            return read;
        foreach (var (path, problem) in AgentRules.Problems(id, read))
            faults.TryAdd(path, problem);
        throw new EngineException(ErrorReason.AgentInvalid, $"The definition of agent '{id}' has {faults.Count} fault(s).", faults);
    }

    private static Dictionary<string, string> ActionFaults(Wire.AgentDefinition definition)
    {
        var faults = new Dictionary<string, string>();
        for (var i = 0; i < definition.Permissions.Count; i++)
        {
            if (Action(definition.Permissions[i].Action) is null)
                faults[$"permissions[{i}].action"] = $"'{definition.Permissions[i].Action}' is not one of allow, ask, deny";
        }
        return faults;
    }

    private static AgentDefinition Read(Wire.AgentDefinition definition) => new()
    {
        Name = definition.Name,
        Description = definition.Description,
        Model = definition.Model,
        Provider = definition.Provider is { } provider ? Provider(provider) : null,
        SystemPrompt = definition.SystemPrompt,
        Tools = [.. definition.Tools],
        Permissions = [.. definition.Permissions.Select(Rule)],
        Limits = Limits(definition.Limits),
        MaxConcurrentTasks = definition.Limits?.MaxConcurrentTasks ?? 0,
        Retry = Retry(definition.Retry),
        Skills = [.. definition.Skills],
        MemoryScope = definition.MemoryScope,
        Mode = definition.HasMode ? definition.Mode : AgentDefinition.Primary,
        Temperature = definition.HasTemperature ? definition.Temperature : null,
        ReasoningBudget = definition.ReasoningBudget,
        Route = definition.Route is { } route && route.CalculateSize() > 0
            ? new WorkerRoute { Role = route.Role, Tags = [.. route.Tags.Distinct()], WorkerId = route.WorkerId }
            : null,
    };

    private static AgentProvider Provider(Wire.ProviderDefinition provider) => new(provider.Kind, provider.BaseUrl, provider.Options)
    {
        Connection = provider.Connection.Length == 0 ? null : provider.Connection,
    };

    private static AgentLimits Limits(Wire.LimitsDefinition? limits) => limits is null
        ? new AgentLimits()
        : new AgentLimits
        {
            MaxIterations = limits.MaxIterations,
            MaxTokens = limits.MaxTokens,
            MaxCostMicros = Dollars.ToMicros(limits.MaxCostUsd),
            TimeoutSeconds = limits.TimeoutSeconds,
            MaxOutputTokens = limits.MaxOutputTokens,
            CommandTimeoutSeconds = limits.CommandTimeoutSeconds,
        };

    private static RetryPolicy Retry(Wire.RetryDefinition? retry)
    {
        var defaults = new RetryPolicy();
        return retry is null
            ? defaults
            : new RetryPolicy
            {
                MaxAttempts = retry.MaxAttempts == 0 ? defaults.MaxAttempts : retry.MaxAttempts,
                InitialDelayMs = retry.InitialDelayMs == 0 ? defaults.InitialDelayMs : retry.InitialDelayMs,
                MaxDelayMs = retry.MaxDelayMs == 0 ? defaults.MaxDelayMs : retry.MaxDelayMs,
                NonRetryable = [.. retry.NonRetryable],
            };
    }

    private static PermissionRule Rule(Wire.PermissionRuleDefinition rule) =>
        new(rule.Tool, rule.Pattern, Action(rule.Action) ?? PermissionAction.Deny);

    private static PermissionAction? Action(string action) => action switch
    {
        "allow" => PermissionAction.Allow,
        "ask" => PermissionAction.Ask,
        "deny" => PermissionAction.Deny,
        _ => null,
    };
}
