using System.Text.Json;
using System.Text.Json.Nodes;
using Koda.Worker.Journal;
using Koda.Worker.Tools;

namespace Koda.Worker.Loop;

/// <summary>The paths of calls that a person denied: what lies at or below one is not asked about again.</summary>
internal sealed class DeniedPaths(ApprovalAnswers answers, Toolbox tools, ToolContext context)
{
    private static readonly HashSet<string> s_changing = ["write", "edit", "patch"];

    private int _read;
    private readonly List<(string Tool, string Path)> _paths = [];

    public bool Holds(Demand demand)
    {
        for (; _read < answers.Denied.Count; _read++)
            _paths.AddRange(Paths(answers.Denied[_read]));
        return PathOf(demand) is { } path
            && _paths.Any(denied => denied.Tool == Kind(demand.Tool) && RealPaths.IsWithin(path, denied.Path));
    }

    private IEnumerable<(string Tool, string Path)> Paths(DeniedCall call)
    {
        try
        {
            return tools.Find(call.Tool) is not { } tool || JsonNode.Parse(call.Arguments) is not JsonObject arguments
                ? []
                :
                [
                    .. tool.Bind(arguments)
                        .Demands(tool.Definition, context)
                        .Where(demand => call.Tool != BashTool.ToolName || demand.Reach is not null)
                        .Select(demand => (Kind(demand.Tool), PathOf(demand)!))
                        .Where(denied => denied.Item2 is not null),
                ];
        }
        catch (Exception outdated) when (outdated is ToolException or JsonException or IOException)
        {
            // The tool takes other arguments now, so that no later call can be like this one.
            return [];
        }
    }

    private string? PathOf(Demand demand) =>
        demand.Subject != Demand.Unknown && PermissionPattern.IsByPath(demand.Tool)
            ? Path.GetFullPath(demand.Subject, context.Workspace.Root)
            : null;

    private static string Kind(string tool) =>
        s_changing.Contains(tool) ? "write"
        : tool == Demand.ExternalRead ? Demand.ExternalDirectory
        : tool;
}
