using Koda.Protos.Common.V1;

namespace Koda.Server.Engine.Agents;

/// <summary>Something that the checks found in a definition.</summary>
internal sealed record AgentFinding(string Path, string Message);

/// <summary>What the checks say: errors keep a definition from being published, warnings do not.</summary>
internal sealed record AgentReport(IReadOnlyList<AgentFinding> Errors, IReadOnlyList<AgentFinding> Warnings)
{
    /// <exception cref="EngineException">AGENT_PUBLISH_BLOCKED, with every error in the details.</exception>
    public void Require(string id)
    {
        if (Errors.Count > 0)
        {
            throw new EngineException(
                ErrorReason.AgentPublishBlocked,
                $"The definition of agent '{id}' has {Errors.Count} error(s).",
                Errors.ToDictionary(error => error.Path, error => error.Message));
        }
    }
}

/// <summary>What may not be meant so, although it can be published.</summary>
internal static class AgentAdvice
{
    public static IEnumerable<AgentFinding> On(AgentDefinition definition)
    {
        if (definition.SystemPrompt.Trim().Length == 0)
            yield return new AgentFinding("system_prompt", "is empty: the model is told nothing but the task");
        if (definition.Provider is { Kind.Length: > 0 } own && own.Kind is not ("offline" or "noop") && definition.Model.Length == 0)
            yield return new AgentFinding("model", "is empty: the provider's default is used, which may change");
        if (definition.Limits.MaxCostMicros == 0 && definition.Limits.MaxTokens == 0)
            yield return new AgentFinding(
                "limits", "name neither max_cost_usd nor max_tokens: only the number of model calls bounds what a task costs");
        for (var i = 0; i < definition.Permissions.Count; i++)
        {
            var rule = definition.Permissions[i];
            if (rule is { Action: PermissionAction.Allow, Pattern: "" or "*" or "**", Tool: "bash" or "*" }
                && definition.Tools.Contains("bash"))
                yield return new AgentFinding($"permissions[{i}]", "allows every command without asking");
            else if (rule.Tool != "*" && !definition.Tools.Contains(rule.Tool) && rule.Action != PermissionAction.Deny)
                yield return new AgentFinding($"permissions[{i}].tool", $"names '{rule.Tool}', which is not among the agent's tools");
        }
        foreach (var twice in definition.Tools.GroupBy(tool => tool).Where(group => group.Count() > 1))
            yield return new AgentFinding("tools", $"names '{twice.Key}' more than once");
    }
}
