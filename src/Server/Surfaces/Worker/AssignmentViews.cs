using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Attempts;
using Koda.Server.Engine.Tasks;
using Wire = Koda.Protos.Worker.V1;

namespace Koda.Server.Surfaces.Worker;

/// <summary>The worker protocol's view of assignments.</summary>
internal static class AssignmentViews
{
    public static Wire.Assignment From(Assignment assignment) => new()
    {
        Attempt = Ref(assignment.Attempt),
        TaskId = assignment.TaskId.ToString(),
        RunId = assignment.RunId.ToString(),
        AttemptNumber = assignment.AttemptNumber,
        Query = assignment.Query,
        Agent = Agent(assignment.Agent, assignment.Turn),
        Workspace = assignment.Workspace,
        JournalLength = assignment.JournalLength,
        Traceparent = assignment.Traceparent,
        Metadata = assignment.Metadata,
        Turn = TurnViews.From(assignment.Turn),
        Operation = TurnViews.From(assignment.Operation),
        ContextTokens = assignment.ContextTokens,
        CompactionPercent = assignment.CompactionPercent,
    };

    public static Wire.AttemptRef Ref(AttemptKey attempt) => new()
    {
        AttemptId = attempt.AttemptId.ToString(),
        FencingToken = attempt.FencingToken,
    };

    private static Wire.AgentSpec Agent(AgentSpec agent, TurnContext? turn) => new()
    {
        Id = agent.Id,
        Version = agent.Version,
        ProviderKind = agent.ProviderKind,
        Model = agent.Model,
        SystemPrompt = agent.SystemPrompt,
        Tools = { agent.Tools },
        Permissions = { agent.Permissions.Select(Rule) },
        Limits = Limits(agent.Limits),
        ProviderOptions = agent.ProviderOptions,
        Skills = { agent.Skills },
        BasePermissions = { turn?.BasePermissions.Select(Rule) ?? [] },
        CeilingPermissions = { turn?.Ceiling.Select(Rule) ?? [] },
    };

    private static Wire.PermissionRule Rule(PermissionRule rule) => new()
    {
        Tool = rule.Tool,
        Pattern = rule.Pattern,
        Action = rule.Action switch
        {
            PermissionAction.Allow => Wire.PermissionAction.Allow,
            PermissionAction.Ask => Wire.PermissionAction.Ask,
            PermissionAction.Deny => Wire.PermissionAction.Deny,
            _ => throw new ArgumentOutOfRangeException(nameof(rule), rule.Action, "A permission action without a name."),
        },
    };

    private static Wire.AgentLimits Limits(AgentLimits limits) => new()
    {
        MaxIterations = limits.MaxIterations,
        MaxTokens = limits.MaxTokens,
        MaxCostMicros = limits.MaxCostMicros,
        TimeoutSeconds = limits.TimeoutSeconds,
        MaxOutputTokens = limits.MaxOutputTokens,
        CommandTimeoutSeconds = limits.CommandTimeoutSeconds,
    };
}
