using Koda.Protos.Common.V1;
using Koda.Rpc.AspNetCore;
using Koda.Server.Engine;
using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Conversations;
using Wire = Koda.Protos.Code.V1;

namespace Koda.Server.Surfaces.Code;

/// <summary>Reads agents, and names every fault of one at once.</summary>
internal sealed class AgentReading(ModelChoices models)
{
    private const double MaxTemperature = 2;

    /// <exception cref="RpcFault">INVALID_REQUEST.</exception>
    public async Task<AgentDefinition> From(Wire.Agent given, CancellationToken cancellationToken)
    {
        var faults = Faults(given);
        var model = await models.Find(given.Model, faults, cancellationToken);
        if (faults.Remove("model_id", out var noModel))
            faults["model"] = noModel;
        if (faults.Count > 0)
            throw new EngineException(ErrorReason.InvalidRequest, "The agent cannot be stored like this.", faults);
        var denied = given.Tools.Count > 0 ? [] : given.DenyTools.ToArray();
        return new AgentDefinition
        {
            Name = given.Name.Length > 0 ? given.Name : given.Id,
            Description = given.Description,
            Mode = given.Mode.Length > 0 ? given.Mode : AgentDefinition.Primary,
            Model = model.Model,
            Provider = model.Provider.Length > 0 ? new AgentProvider("", "", "") { Connection = model.Provider } : null,
            Temperature = given.HasTemperature ? given.Temperature : null,
            Tools = given.Tools.Count > 0 ? [.. given.Tools] : [.. AgentRules.Tools.Except(denied)],
            DenyTools = denied,
            Permissions = given.Permission.Length == 0 ? [] : PermissionMap.Read(given.Permission),
            Skills = [.. (given.Skills?.Allow ?? []).Except(given.Skills?.Deny ?? [])],
            ReasoningBudget = given.ReasoningBudget,
            SystemPrompt = given.SystemPrompt,
            Limits = new AgentLimits { MaxOutputTokens = given.MaxTokens },
        };
    }

    private static Dictionary<string, string> Faults(Wire.Agent given)
    {
        var faults = new Dictionary<string, string>();
        if (given.Mode is not ("" or AgentDefinition.Primary or AgentDefinition.Subagent))
            faults["mode"] = "must be primary or subagent";
        if (given.HasTemperature && given.Temperature is not (>= 0 and <= MaxTemperature))
            faults["temperature"] = $"must be from 0 to {MaxTemperature}";
        if (given.MaxTokens < 0)
            faults["max_tokens"] = "must not be negative";
        if (given.ReasoningBudget < 0)
            faults["reasoning_budget"] = "must not be negative";
        if (given.Permission.Length > 0 && PermissionMap.Fault(given.Permission) is { } permission)
            faults["permission"] = permission;
        if (given.Skills is { Deny.Count: > 0 } skills && skills.Allow.Contains("*"))
            faults["skills.deny"] = "cannot take from *: name the skills that are allowed";
        return faults;
    }
}
