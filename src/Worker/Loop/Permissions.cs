using System.Buffers;
using Koda.Protos.Worker.V1;
using Koda.Worker.Providers;
using Koda.Worker.Tools;

namespace Koda.Worker.Loop;

/// <summary>What an agent may do: the last rule that matches a call decides.</summary>
internal sealed class Permissions(IReadOnlyList<PermissionRule> rules)
{
    private static readonly HashSet<string> ByPath = ["list", "read", "glob", "grep", "write", "edit"];
    private static readonly SearchValues<char> ShellOperators = SearchValues.Create(";&|`$()<>\n\\");

    /// <param name="tool">The tool.</param>
    /// <param name="subject">The call's path, command or URL.</param>
    public PermissionAction Decide(ToolDefinition tool, string subject)
    {
        for (var i = rules.Count - 1; i >= 0; i--)
        {
            if (Matches(rules[i], tool.Name, subject))
                return rules[i].Action;
        }
        return tool.ReadOnly ? PermissionAction.Allow : PermissionAction.Ask;
    }

    private static bool Matches(PermissionRule rule, string tool, string subject)
    {
        if (rule.Tool != "*" && rule.Tool != tool)
            return false;
        if (rule.Pattern.Length == 0)
            return true;
        // "npm *" must not let "npm test; curl …" through: a pattern allows one command, not a chain of them.
        if (tool == "bash" && rule.Action == PermissionAction.Allow && rule.Pattern != "*" && subject.AsSpan().ContainsAny(ShellOperators))
            return rule.Pattern == subject;
        return ByPath.Contains(tool) ? GlobPattern.Path(rule.Pattern).IsMatch(subject) : GlobPattern.Text(rule.Pattern).IsMatch(subject);
    }
}
