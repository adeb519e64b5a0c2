using System.Text.RegularExpressions;

namespace Koda.Worker.Tools;

/// <summary>
/// The git commands that only look. Options are named one by one: git takes abbreviations, so a list of forbidden ones would leak.
/// </summary>
internal static partial class GitArguments
{
    private static readonly string[] Diff =
    [
        "--stat", "--numstat", "--shortstat", "--name-only", "--name-status", "--summary", "--patch", "-p", "--no-patch", "-s", "--unified",
        "--cached", "--staged", "-w", "-b", "--ignore-all-space", "--ignore-space-change", "--ignore-blank-lines", "--minimal", "--patience",
        "--histogram", "--word-diff", "--diff-filter", "-M", "-C", "--find-renames", "--find-copies", "--merge-base", "--raw", "--check",
        "--no-color", "--exit-code",
    ];

    private static readonly string[] Log =
    [
        "--oneline", "-n", "--max-count", "--skip", "--since", "--until", "--after", "--before", "--author", "--committer", "--grep", "-i",
        "--all", "--branches", "--tags", "--graph", "--decorate", "--no-decorate", "--reverse", "--follow", "--merges", "--no-merges",
        "--first-parent",
        "--format", "--pretty", "--date", "--abbrev-commit", "-S", "-G", "-L", "--topo-order", "--date-order",
    ];

    private static readonly Dictionary<string, HashSet<string>> Options = new()
    {
        ["status"] =
        [
            "--short", "-s", "--branch", "-b", "--porcelain", "--untracked-files", "-uno", "-uall", "-unormal", "--ignored", "--long",
        ],
        ["log"] = [.. Log, .. Diff],
        ["diff"] = [.. Diff],
        ["show"] = ["--format", "--pretty", "--oneline", "--date", .. Diff],
        ["blame"] = ["-L", "-w", "-M", "-C", "-s", "-e", "--date", "--porcelain", "--line-porcelain", "--show-name", "--show-number"],
        ["branch"] =
        [
            "--list", "-a", "--all", "-r", "--remotes", "-v", "-vv", "--contains", "--merged", "--no-merged", "--sort", "--format",
        ],
        ["ls-files"] =
        [
            "--cached", "-c", "--modified", "-m", "--others", "-o", "--exclude-standard", "--deleted", "-d", "--stage", "-s", "--full-name",
        ],
        ["rev-parse"] =
        [
            "--abbrev-ref", "--short", "--verify", "--show-toplevel", "--is-inside-work-tree", "--symbolic-full-name", "--show-prefix",
        ],
    };

    /// <summary>Gives the arguments to pass to git.</summary>
    /// <exception cref="ToolException">The command is not one that only looks.</exception>
    public static IEnumerable<string> Check(IReadOnlyList<string> arguments)
    {
        if (arguments.Count == 0 || !Options.TryGetValue(arguments[0], out var options))
            throw new ToolException($"Only these git commands may be used: {string.Join(", ", Options.Keys)}.");
        var command = arguments[0];
        if (command == "branch" && !arguments.Contains("--list"))
            throw new ToolException("git branch may be used with --list only.");
        var paths = false;
        foreach (var argument in arguments.Skip(1))
        {
            paths |= argument == "--";
            if (argument.StartsWith('-') && argument != "--" && !paths && !options.Contains(Name(argument, options)))
                throw new ToolException($"git {command} may not be used with '{argument}'.");
            if (Outside().IsMatch(argument))
                throw new PathRefusedException(argument, "git looks at the workspace only; give a path relative to it.");
        }
        string[] quiet = command is "log" or "diff" or "show" ? ["--no-ext-diff", "--no-textconv"] : [];
        return [command, .. quiet, .. arguments.Skip(1)];
    }

    private static string Name(string argument, HashSet<string> options)
    {
        if (argument.StartsWith("--", StringComparison.Ordinal))
            return argument.Split('=')[0];
        if (Number().IsMatch(argument))
            return "-n";
        if (argument.StartsWith("-U", StringComparison.Ordinal))
            return "--unified";
        // A short option may carry its value: -n20, -L10,20.
        return options.Contains(argument) || argument.Length < 2 ? argument : argument[..2];
    }

    [GeneratedRegex(@"^-\d+$")]
    private static partial Regex Number();

    // An absolute path, or one that climbs; "a..b" between revisions is fine.
    [GeneratedRegex(@"^(?:/|\.\.$|\.\./)|/\.\.(?:/|$)")]
    private static partial Regex Outside();
}
