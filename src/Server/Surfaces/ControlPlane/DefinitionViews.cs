using Koda.Providers;
using Koda.Server.Engine;
using Koda.Server.Engine.Agents;
using Wire = Koda.Protos.ControlPlane.V1;

namespace Koda.Server.Surfaces.ControlPlane;

/// <summary>The control-plane API's view of agent definitions. Keys are not part of them.</summary>
internal static class DefinitionViews
{
    public static Wire.AgentDefinition From(AgentDefinition definition)
    {
        var view = Always(definition);
        if (definition.Mode != AgentDefinition.Primary)
            view.Mode = definition.Mode;
        if (definition.Temperature is { } temperature)
            view.Temperature = temperature;
        if (definition.ReasoningBudget > 0)
            view.ReasoningBudget = definition.ReasoningBudget;
        if (definition.Route is { } route)
            view.Route = new Wire.WorkerRoute { Role = route.Role, Tags = { route.Tags }, WorkerId = route.WorkerId };
        return view;
    }

    private static Wire.AgentDefinition Always(AgentDefinition definition) =>
        new()
        {
            Name = definition.Name,
            Description = definition.Description,
            Model = definition.Model,
            Provider = definition.Provider is { } provider
                ? new Wire.ProviderDefinition
                {
                    Kind = provider.Kind,
                    BaseUrl = provider.BaseUrl,
                    Options = provider.Options,
                    Connection = provider.Connection ?? "",
                }
                : null,
            SystemPrompt = definition.SystemPrompt,
            Tools = { definition.Tools },
            Permissions = { definition.Permissions.Select(Rule) },
            Limits = new Wire.LimitsDefinition
            {
                MaxIterations = definition.Limits.MaxIterations,
                MaxTokens = definition.Limits.MaxTokens,
                MaxCostUsd = Dollars.Of(definition.Limits.MaxCostMicros),
                TimeoutSeconds = definition.Limits.TimeoutSeconds,
                MaxOutputTokens = definition.Limits.MaxOutputTokens,
                CommandTimeoutSeconds = definition.Limits.CommandTimeoutSeconds,
                MaxConcurrentTasks = definition.MaxConcurrentTasks,
            },
            Retry = new Wire.RetryDefinition
            {
                MaxAttempts = definition.Retry.MaxAttempts,
                InitialDelayMs = definition.Retry.InitialDelayMs,
                MaxDelayMs = definition.Retry.MaxDelayMs,
                NonRetryable = { definition.Retry.NonRetryable },
            },
            Skills = { definition.Skills },
            MemoryScope = definition.MemoryScope,
        };

    private static Wire.PermissionRuleDefinition Rule(PermissionRule rule) =>
        new() { Tool = rule.Tool, Pattern = rule.Pattern, Action = EnumText<PermissionAction>.Of(rule.Action) };
}
