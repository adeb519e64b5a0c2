using Koda.Server.Http;
using Koda.Server.Engine;
using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Conversations;
using Wire = Koda.Protos.Code.V1;

namespace Koda.Server.Surfaces.Code;

/// <summary>Reads agents, and names every fault of one at once.</summary>
internal sealed class AgentReading(ModelChoices models)
{
    /// <param name="id">The agent's id.</param>
    /// <param name="given">What it is to be.</param>
    /// <param name="stored">What it is now: what this face does not show of it, such as its route, stays.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RpcFault">INVALID_REQUEST.</exception>
    public async Task<AgentDefinition> From(
        string id, Wire.Agent given, AgentDefinition stored, CancellationToken cancellationToken)
    {
        var faults = Faults(given);
        var model = await models.Find(given.Model, faults, cancellationToken);
        if (faults.Remove("model_id", out var noModel))
            faults["model"] = noModel;
        var read = Read(given, stored, model, faults.ContainsKey("permission") ? "" : given.Permission);
        foreach (var (path, problem) in AgentRules.Problems(id, read))
            faults.TryAdd(path switch { "agent_id" => "id", "limits.max_output_tokens" => "max_tokens", _ => path }, problem);
        return faults.Count == 0 ? read : throw EngineException.Invalid("The agent cannot be stored like this", faults);
    }

    private static AgentDefinition Read(Wire.Agent given, AgentDefinition stored, ModelChoice model, string permission)
    {
        var denied = given.Tools.Count > 0 ? [] : given.DenyTools.ToArray();
        var own = stored.Provider is { Kind.Length: > 0 } ? stored.Provider : null;
        return stored with
        {
            Name = given.Name.Length > 0 ? given.Name : given.Id,
            Description = given.Description,
            Mode = given.Mode.Length > 0 ? given.Mode : AgentDefinition.Primary,
            Model = model.Model,
            Provider = model.Provider.Length > 0 ? new AgentProvider("", "", "") { Connection = model.Provider } : own,
            Temperature = given.HasTemperature ? given.Temperature : null,
            Tools = given.Tools.Count > 0 ? [.. given.Tools] : [.. AgentRules.AllTools.Except(denied)],
            DenyTools = denied,
            Permissions = permission.Length == 0 ? [] : PermissionMap.Read(permission),
            Skills = [.. (given.Skills?.Allow ?? []).Except(given.Skills?.Deny ?? [])],
            ReasoningBudget = given.ReasoningBudget,
            SystemPrompt = given.SystemPrompt,
            Limits = stored.Limits with { MaxOutputTokens = given.MaxTokens },
        };
    }

    private static Dictionary<string, string> Faults(Wire.Agent given)
    {
        var faults = new Dictionary<string, string>();
        if (given.Permission.Length > 0 && PermissionMap.Fault(given.Permission) is { } permission)
            faults["permission"] = permission;
        if (given.Skills is { Deny.Count: > 0 } skills && skills.Allow.Contains("*"))
            faults["skills.deny"] = "cannot take from *: name the skills that are allowed";
        return faults;
    }
}
