using Koda.Protos.Worker.V1;
using Koda.Worker.Tools;

namespace Koda.Worker.Loop;

/// <summary>
/// Patterns of rules over files as they are compared: relative to the workspace and with the links on the way resolved, however they are
/// spelled.
/// </summary>
internal static class RulePaths
{
    public static IReadOnlyList<PermissionRule> Of(IEnumerable<PermissionRule> rules, Workspace workspace) =>
        [.. rules.Select(rule => Of(rule, workspace))];

    private static PermissionRule Of(PermissionRule rule, Workspace workspace)
    {
        if (!PermissionPattern.IsByPath(rule.Tool) || !rule.Pattern.Contains('/', StringComparison.Ordinal) || rule.Pattern.StartsWith('~'))
            return rule;
        var pattern = Resolved(rule.Pattern.EndsWith('/') ? rule.Pattern + "**" : rule.Pattern, workspace);
        if (pattern == rule.Pattern)
            return rule;
        var same = rule.Clone();
        same.Pattern = pattern;
        return same;
    }

    private static string Resolved(string pattern, Workspace workspace)
    {
        var rooted = pattern.StartsWith('/');
        var parts = pattern.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".").ToList();
        var known = parts.TakeWhile(part => part.AsSpan().IndexOfAny("*?[{") < 0).ToList();
        if (known.Count == 0)
            return (rooted ? "/" : "") + string.Join('/', parts);
        try
        {
            var real = RealPaths.Resolve((rooted ? "/" : workspace.Root + "/") + string.Join('/', known));
            var shown = real == workspace.Root ? "" : workspace.Shown(real);
            var rest = parts.Skip(known.Count).ToList();
            // One name without a directory is meant wherever it lies.
            return shown.Length == 0
                ? (rest.Count == 1 && rest[0] != "**" ? $"**/{rest[0]}" : string.Join('/', rest))
                : string.Join('/', rest.Prepend(shown));
        }
        catch (IOException)
        {
            // Links in a circle lead nowhere: what is spelled so is no file.
            return pattern;
        }
    }
}
