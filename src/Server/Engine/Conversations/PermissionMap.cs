using System.Text.Json;
using Koda.Server.Engine.Agents;

namespace Koda.Server.Engine.Conversations;

/// <summary>
/// Permissions as clients of coding sessions write them: one action for everything (<c>"ask"</c>), or by tool an action or a map of
/// patterns to actions (<c>{"edit": "allow", "bash": {"*": "ask", "git *": "allow"}}</c>). The last rule that matches decides.
/// </summary>
internal static class PermissionMap
{
    /// <summary>The rules in the order in which they were written.</summary>
    /// <exception cref="FormatException">It is no such map.</exception>
    public static IReadOnlyList<PermissionRule> Read(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return [.. Rules(document.RootElement)];
        }
        catch (JsonException malformed)
        {
            throw new FormatException($"is not JSON: {malformed.Message}", malformed);
        }
    }

    /// <summary>What is wrong with it. Null: nothing.</summary>
    public static string? Fault(string json)
    {
        try
        {
            _ = Read(json);
            return null;
        }
        catch (FormatException malformed)
        {
            return malformed.Message;
        }
    }

    /// <summary>The rules as a map.</summary>
    public static string Write(IReadOnlyList<PermissionRule> rules)
    {
        var tools = new Dictionary<string, Dictionary<string, string>>();
        foreach (var rule in rules)
        {
            var patterns = tools.TryGetValue(rule.Tool, out var known) ? known : tools[rule.Tool] = [];
            var pattern = rule.Pattern.Length == 0 ? "*" : rule.Pattern;
            // A pattern that is said again counts where it is said last.
            patterns.Remove(pattern);
            patterns[pattern] = EnumText<PermissionAction>.Of(rule.Action);
        }
        return EngineJson.Write(tools);
    }

    private static List<PermissionRule> Rules(JsonElement map)
    {
        if (map.ValueKind == JsonValueKind.String)
            return [new PermissionRule("*", "", Action("*", map))];
        if (map.ValueKind != JsonValueKind.Object)
            throw new FormatException("must be an action, or an object of tools");
        return map.EnumerateObject()
            .SelectMany(tool =>
                tool.Value.ValueKind == JsonValueKind.Object
                    ? tool
                        .Value.EnumerateObject()
                        .Select(pattern => new PermissionRule(
                            tool.Name, pattern.Name == "*" ? "" : pattern.Name, Action(tool.Name, pattern.Value)))
                    : [new PermissionRule(tool.Name, "", Action(tool.Name, tool.Value))])
            .ToList();
    }

    private static PermissionAction Action(string tool, JsonElement action) => action.ValueKind == JsonValueKind.String
        ? action.GetString() switch
        {
            "allow" => PermissionAction.Allow,
            "ask" => PermissionAction.Ask,
            "deny" => PermissionAction.Deny,
            var other => throw new FormatException($"has for {tool} the action '{other}', which is not allow, ask or deny"),
        }
        : throw new FormatException($"has for {tool} something that is not allow, ask or deny");
}
