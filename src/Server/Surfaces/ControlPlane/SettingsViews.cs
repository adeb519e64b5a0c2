using Google.Protobuf.WellKnownTypes;
using Koda.Providers;
using Koda.Server.Http;
using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Settings;
using Wire = Koda.Protos.ControlPlane.V1;

namespace Koda.Server.Surfaces.ControlPlane;

/// <summary>Settings between the engine and the wire.</summary>
internal static class SettingsViews
{
    public static Wire.SystemSettings From(SystemSettings settings) => new()
    {
        AllowedUsers = { settings.AllowedUsers },
        Defaults = new Wire.DefaultSettings
        {
            AgentId = settings.Defaults.AgentId,
            MaxIterations = settings.Defaults.MaxIterations,
            MaxTokens = settings.Defaults.MaxTokens,
            MaxCostUsd = Dollars.Of(settings.Defaults.MaxCostMicros),
            TimeoutSeconds = settings.Defaults.TimeoutSeconds,
        },
        Policy = new Wire.PolicySettings
        {
            AcceptTasks = settings.Policy.AcceptTasks,
            DefaultToolAction = Action(settings.Policy.DefaultToolAction),
            ApprovalTimeoutSeconds = settings.Policy.ApprovalTimeoutSeconds,
        },
        Revision = settings.Revision,
        UpdatedAt = settings.UpdatedAt is { } at ? Timestamp.FromDateTime(at) : null,
    };

    public static SystemSettings Read(Wire.SystemSettings settings)
    {
        var defaults = settings.Defaults ?? new Wire.DefaultSettings();
        var policy = settings.Policy ?? new Wire.PolicySettings();
        if (!Dollars.IsCountable(defaults.MaxCostUsd))
            throw RpcFault.Invalid(new FieldFault("defaults.max_cost_usd", "must be an amount of US dollars; 0 is no limit"));
        return new SystemSettings
        {
            AllowedUsers = [.. settings.AllowedUsers],
            Defaults = new DefaultSettings
            {
                AgentId = defaults.AgentId,
                MaxIterations = defaults.MaxIterations,
                MaxTokens = defaults.MaxTokens,
                MaxCostMicros = Dollars.ToMicros(defaults.MaxCostUsd),
                TimeoutSeconds = defaults.TimeoutSeconds,
            },
            Policy = new PolicySettings
            {
                AcceptTasks = !policy.HasAcceptTasks || policy.AcceptTasks,
                DefaultToolAction = Action(policy.DefaultToolAction),
                ApprovalTimeoutSeconds = policy.ApprovalTimeoutSeconds,
            },
        };
    }

    private static Wire.ToolAction Action(PermissionAction action) => action switch
    {
        PermissionAction.Allow => Wire.ToolAction.Allow,
        PermissionAction.Deny => Wire.ToolAction.Deny,
        _ => Wire.ToolAction.Ask,
    };

    private static PermissionAction Action(Wire.ToolAction action) => action switch
    {
        Wire.ToolAction.Allow => PermissionAction.Allow,
        Wire.ToolAction.Deny => PermissionAction.Deny,
        _ => PermissionAction.Ask,
    };
}
