using Koda.Protos.Worker.V1;
using Koda.Worker.Tools;

namespace Koda.Worker.Loop;

/// <summary>The permissions of an assignment: layers for a turn of a conversation, the agent's rules alone for a task.</summary>
internal static class TurnPermissions
{
    private static readonly string[] s_free =
        ["list", "glob", "grep", "search", "audit", "read", "git", "todo", "write", "edit", "patch", "bash_output", SubagentTool.ToolName];

    /// <summary>The tools that run commands: what the model says, and what the project says.</summary>
    public static readonly IReadOnlyList<string> Running = ["bash", "lsp"];

    /// <param name="assignment">The attempt.</param>
    /// <param name="workspace">Its workspace, which may have rules.</param>
    /// <param name="sandbox">How commands are confined.</param>
    /// <param name="accepted">Whether the worker was started to run commands of tasks without a sandbox where there is none.</param>
    public static Permissions Of(Assignment assignment, Workspace workspace, Sandbox sandbox, bool accepted = false) =>
        assignment.Turn is null
            ? new Permissions(RulePaths.Of([.. assignment.Agent.BasePermissions, .. assignment.Agent.Permissions], workspace))
            {
                Unconfined =
                    sandbox.Missing is null ? UnconfinedCommands.None
                    : accepted ? UnconfinedCommands.Accept
                    : UnconfinedCommands.Ask,
            }
            : new Permissions(
                RulePaths.Of([.. Defaults(sandbox), .. assignment.Agent.BasePermissions], workspace),
                RulePaths.Of(ProjectPermissions.Read(workspace), workspace),
                RulePaths.Of(assignment.Agent.Permissions, workspace))
            {
                ByPattern = true,
                Ceiling = RulePaths.Of(assignment.Agent.CeilingPermissions, workspace),
            };

    /// <summary>
    /// What holds when nobody says anything: work in the workspace goes on without questions. Commands do so in a sandbox only, and what
    /// they remove is asked about all the same.
    /// </summary>
    private static IEnumerable<PermissionRule> Defaults(Sandbox sandbox) =>
    [
        Rule("*", "", PermissionAction.Ask),
        .. s_free.Select(tool => Rule(tool, "", PermissionAction.Allow)),
        Rule("read", "*.env", PermissionAction.Ask),
        Rule("read", "*.env.*", PermissionAction.Ask),
        Rule("read", "*.env.example", PermissionAction.Allow),
        .. Running.Select(tool => Rule(tool, "", sandbox.Missing is null ? PermissionAction.Allow : PermissionAction.Ask)),
        Rule("rm", "", PermissionAction.Ask),
        Rule("rmdir", "", PermissionAction.Ask),
        Rule(Demand.ExternalDirectory, "", PermissionAction.Ask),
    ];

    private static PermissionRule Rule(string tool, string pattern, PermissionAction action) =>
        new()
        {
            Tool = tool,
            Pattern = pattern,
            Action = action,
        };
}
