using Koda.Protos.Worker.V1;
using Koda.Worker.Tools;

namespace Koda.Worker.Loop;

/// <summary>Compares the patterns of rules with what calls ask for.</summary>
internal static class PermissionPattern
{
    private static readonly HashSet<string> s_byPath =
    [
        "list", "read", "glob", "grep", "search", "audit", "lsp", "write", "edit", "patch", "rm", "rmdir", Demand.ExternalDirectory,
        Demand.ExternalRead,
    ];

    /// <summary>Whether the subjects of a tool are paths.</summary>
    public static bool IsByPath(string tool) => s_byPath.Contains(tool);

    /// <summary>Whether a rule speaks of a tool. To leave the workspace is allowed only by a rule that says so.</summary>
    public static bool IsFor(PermissionRule rule, string tool) =>
        rule.Tool == tool
        || (rule.Tool == Demand.ExternalDirectory && tool == Demand.ExternalRead)
        || (rule.Tool.Contains('*', StringComparison.Ordinal)
            && (rule.Action != PermissionAction.Allow || tool is not (Demand.ExternalDirectory or Demand.ExternalRead))
            && (rule.Tool == "*" || GlobPattern.Text(rule.Tool).IsMatch(tool)));

    /// <summary>Whether a pattern matches everything.</summary>
    public static bool IsForAll(string pattern) => pattern is "" or "*" or "**";

    /// <summary>
    /// Whether a pattern speaks of a file by its own name, such as <c>.ssh</c> or <c>.docker/config.json</c>, and not only matches it.
    /// </summary>
    public static bool Names(string pattern, string real)
    {
        var parts = real.Split('/');
        var name = parts[^1].StartsWith('.') || parts.Length < 2 ? parts[^1] : $"{parts[^2]}/{parts[^1]}";
        return $"/{pattern}/".Contains($"/{name}/", StringComparison.Ordinal);
    }

    /// <summary>Whether a pattern matches a path, command or URL.</summary>
    public static bool Matches(string tool, string pattern, string subject) => s_byPath.Contains(tool)
        ? MatchesPath(Home(pattern), subject)
        // "git status *" is also "git status" alone.
        : GlobPattern.Text(pattern).IsMatch(subject)
            || (pattern.EndsWith(" *", StringComparison.Ordinal) && GlobPattern.Text(pattern[..^2]).IsMatch(subject));

    /// <summary>
    /// Whether each of some words stands in a pattern as often as it is given. Only its value, after <c>=</c>, may be left open there.
    /// </summary>
    public static bool Holds(string pattern, IReadOnlyList<string> words)
    {
        if (words.Count == 0)
            return true;
        var parts = pattern.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToList();
        return words.All(word => parts.Remove(word) || (parts.Find(part => LeavesValueOpen(part, word)) is { } open && parts.Remove(open)));
    }

    private static bool LeavesValueOpen(string part, string word) => part.IndexOf('=', StringComparison.Ordinal) is > 0 and var value
        && word.StartsWith(part[..(value + 1)], StringComparison.Ordinal) && GlobPattern.Text(part).IsMatch(word);

    // A name without a directory is meant wherever it lies, and a directory with all that lies below it is meant too.
    private static bool MatchesPath(string pattern, string path) =>
        GlobPattern.Path(pattern.Contains('/', StringComparison.Ordinal) ? pattern : $"**/{pattern}").IsMatch(path)
        || (pattern.EndsWith("/**", StringComparison.Ordinal) && GlobPattern.Path(pattern[..^3]).IsMatch(path));

    private static string Home(string pattern) =>
        pattern switch
        {
            "~" => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
            _ when pattern.StartsWith("~/", StringComparison.Ordinal) => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile)
                + pattern[1..],
            _ when pattern.StartsWith("./", StringComparison.Ordinal) => pattern[2..],
            _ => pattern,
        };
}
