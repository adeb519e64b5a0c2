using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Conversations;
using Wire = Koda.Protos.Code.V1;

namespace Koda.Server.Surfaces.Code;

/// <summary>The view of agents.</summary>
internal static class AgentViews
{
    public static Wire.Agent From(string id, AgentDefinition definition)
    {
        var view = new Wire.Agent
        {
            Id = id,
            Name = definition.Name,
            Description = definition.Description,
            Mode = definition.Mode,
            Model = new ModelChoice(definition.Provider?.Connection ?? "", definition.Model).Id,
            MaxTokens = definition.Limits.MaxOutputTokens,
            Tools = { definition.DenyTools.Count > 0 ? [] : definition.Tools },
            DenyTools = { definition.DenyTools },
            Permission = PermissionMap.Write(definition.Permissions),
            Skills = new Wire.AgentSkills { Allow = { definition.Skills } },
            ReasoningBudget = definition.ReasoningBudget,
            SystemPrompt = definition.SystemPrompt,
            Builtin = BuiltInAgents.Has(id),
        };
        if (definition.Temperature is { } temperature)
            view.Temperature = temperature;
        return view;
    }
}
