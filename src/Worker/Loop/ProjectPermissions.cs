using System.Text.Json;
using Koda.Protos.Worker.V1;
using Koda.Worker.Tools;

namespace Koda.Worker.Loop;

/// <summary>
/// The rules of a project, in its file <c>.koda/permissions.json</c>: an object that has for each tool an action, or an object of patterns
/// with their actions. A file that cannot be read asks about everything.
/// </summary>
internal static class ProjectPermissions
{
    private const string File = ".koda/permissions.json";
    private const int MaxBytes = 64 * 1024;

    public static IReadOnlyList<PermissionRule> Read(Workspace workspace)
    {
        try
        {
            // In a home directory it is Koda's own folder, which holds no project.
            if (workspace.Private.IsKoda($"{workspace.Root}/{Path.GetDirectoryName(File)}"))
                return [];
            if (!System.IO.File.Exists(workspace.Resolve(File)))
                return [];
            using var stream = workspace.OpenToRead(File);
            if (stream.Length > MaxBytes)
                return Everything;
            using var json = JsonDocument.Parse(
                stream, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            return [.. json.RootElement.EnumerateObject().SelectMany(Rules)];
        }
        catch (Exception unreadable)
            when (unreadable is JsonException or ToolException or IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return Everything;
        }
    }

    private static IReadOnlyList<PermissionRule> Everything => [new PermissionRule { Tool = "*", Action = PermissionAction.Ask }];

    private static IEnumerable<PermissionRule> Rules(JsonProperty tool) =>
        tool.Value.ValueKind == JsonValueKind.String
            ? [new PermissionRule { Tool = tool.Name, Action = Action(tool.Value) }]
            : tool
                .Value.EnumerateObject()
                .Select(rule => new PermissionRule { Tool = tool.Name, Pattern = rule.Name, Action = Action(rule.Value) });

    // A word that is not known is taken for caution.
    private static PermissionAction Action(JsonElement action) => action.GetString() switch
    {
        "allow" => PermissionAction.Allow,
        "deny" => PermissionAction.Deny,
        _ => PermissionAction.Ask,
    };
}
