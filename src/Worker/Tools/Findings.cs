using System.Text.RegularExpressions;

namespace Koda.Worker.Tools;

/// <summary>What checkers print, in one form: <c>path:line:column: severity message</c>.</summary>
internal static partial class Findings
{
    /// <param name="output">What the checker printed.</param>
    /// <param name="folder">The directory whose paths it gives.</param>
    /// <param name="workspace">The workspace, which shown paths are relative to.</param>
    public static IEnumerable<string> In(string output, string folder, Workspace workspace)
    {
        foreach (var line in output.Split('\n'))
        {
            if (Line().Match(line.Trim()) is not { Success: true } match)
                continue;
            var path = Path.GetFullPath(match.Groups["path"].Value, folder);
            var column = match.Groups["column"] is { Success: true } given ? given.Value : "1";
            var shown = workspace.Holds(path) ? workspace.Shown(path) : path;
            yield return $"{shown}:{match.Groups["line"].Value}:{column}: {Project().Replace(match.Groups["text"].Value, "").TrimStart('-', ' ')}";
        }
    }

    // a.ts(3,5): error …   a.cs(3,5): error …   a.go:3:5: …   a.py:3:5: …   a.py:3:5 - error: …
    [GeneratedRegex(
        @"^(?:vet: )?(?<path>[^\s:(][^:(]*?)(?:\((?<line>\d+)(?:,(?<column>\d+))?\)|:(?<line>\d+)(?::(?<column>\d+))?):?\s+(?<text>\S.*)$")]
    private static partial Regex Line();

    // MSBuild names the project behind each message.
    [GeneratedRegex(@" \[[^\]]+proj\]$")]
    private static partial Regex Project();
}
