using Koda.Protos.Worker.V1;
using Koda.Worker.Tools;

namespace Koda.Worker.Loop;

/// <summary>The permissions of an assignment: layers for a turn of a conversation, the agent's rules alone for a task.</summary>
internal static class TurnPermissions
{
    private static readonly string[] Free = ["list", "glob", "grep", "search", "read", "git", "todo", "write", "edit", "patch", "bash_output", SubagentTool.ToolName];

    // They run what the project says.
    private static readonly string[] Running = ["bash", "lsp"];

    public static Permissions Of(Assignment assignment, Workspace workspace, Sandbox sandbox) => assignment.Turn is null
        ? new Permissions([.. assignment.Agent.BasePermissions, .. assignment.Agent.Permissions])
        : new Permissions([.. Defaults(sandbox), .. assignment.Agent.BasePermissions], ProjectPermissions.Read(workspace), assignment.Agent.Permissions)
        {
            ByPattern = true,
            Ceiling = assignment.Agent.CeilingPermissions,
        };

    /// <summary>
    /// What holds when nobody says anything: work in the workspace goes on without questions. Commands do so in a sandbox only, and what they
    /// remove is asked about all the same.
    /// </summary>
    private static IEnumerable<PermissionRule> Defaults(Sandbox sandbox) =>
    [
        Rule("*", "", PermissionAction.Ask),
        .. Free.Select(tool => Rule(tool, "", PermissionAction.Allow)),
        Rule("read", "*.env", PermissionAction.Ask),
        Rule("read", "*.env.*", PermissionAction.Ask),
        Rule("read", "*.env.example", PermissionAction.Allow),
        .. Running.Select(tool => Rule(tool, "", sandbox.Missing is null ? PermissionAction.Allow : PermissionAction.Ask)),
        Rule("rm", "", PermissionAction.Ask),
        Rule("rmdir", "", PermissionAction.Ask),
        Rule(Demand.ExternalDirectory, "", PermissionAction.Ask),
    ];

    private static PermissionRule Rule(string tool, string pattern, PermissionAction action) => new() { Tool = tool, Pattern = pattern, Action = action };
}
