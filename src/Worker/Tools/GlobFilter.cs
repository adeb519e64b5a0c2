using System.Text.RegularExpressions;

namespace Koda.Worker.Tools;

/// <summary>
/// A glob pattern over the paths of files, as it is given to tools: relative to a directory or absolute, or a name that may lie anywhere.
/// </summary>
internal sealed class GlobFilter
{
    private readonly Regex _pattern;
    private readonly bool _negated;

    private GlobFilter(Regex pattern, bool negated) => (_pattern, _negated) = (pattern, negated);

    /// <param name="pattern">The pattern; with <c>!</c> before it, for the files that do not match.</param>
    /// <param name="workspace">The workspace.</param>
    /// <param name="directory">The real path of the directory that paths are relative to. Null: the workspace.</param>
    /// <exception cref="ToolException">The pattern is not valid.</exception>
    public static GlobFilter Of(string pattern, Workspace workspace, string? directory = null)
    {
        var negated = pattern.StartsWith('!');
        var given = negated ? pattern[1..] : pattern;
        foreach (var root in new[] { directory ?? workspace.Root, workspace.Root })
        {
            if (given.StartsWith(root + "/", StringComparison.Ordinal))
                given = given[root.Length..];
        }
        var parts = given.Replace('\\', '/').Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".").ToList();
        var anywhere = parts.Count == 1 && !given.StartsWith('/');
        return new GlobFilter(GlobPattern.Path(anywhere ? $"**/{parts[0]}" : string.Join('/', parts)), negated);
    }

    /// <summary>Whether a relative path is meant.</summary>
    public bool Matches(string path) => _pattern.IsMatch(path) != _negated;
}
