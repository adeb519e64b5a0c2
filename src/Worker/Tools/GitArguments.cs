using System.Text.RegularExpressions;

namespace Koda.Worker.Tools;

/// <summary>
/// The git commands that only look. Options are named one by one: git takes abbreviations, so a list of forbidden ones would leak.
/// </summary>
internal static partial class GitArguments
{
    private static readonly string[] s_diff =
    [
        "--stat",
        "--numstat",
        "--shortstat",
        "--name-only",
        "--name-status",
        "--summary",
        "--patch",
        "-p",
        "--no-patch",
        "-s",
        "--unified",
        "--cached",
        "--staged",
        "-w",
        "-b",
        "--ignore-all-space",
        "--ignore-space-change",
        "--ignore-blank-lines",
        "--minimal",
        "--patience",
        "--histogram",
        "--word-diff",
        "--diff-filter",
        "-M",
        "-C",
        "--find-renames",
        "--find-copies",
        "--merge-base",
        "--raw",
        "--check",
        "--no-color",
        "--exit-code",
    ];

    private static readonly string[] s_log =
    [
        "--oneline", "-n", "--max-count", "--skip", "--since", "--until", "--after", "--before", "--author", "--committer", "--grep", "-i",
        "--all", "--branches", "--tags", "--graph", "--decorate", "--no-decorate", "--reverse", "--follow", "--merges", "--no-merges",
        "--first-parent",
        "--format", "--pretty", "--date", "--abbrev-commit", "-S", "-G", "-L", "--topo-order", "--date-order",
    ];

    private static readonly Dictionary<string, HashSet<string>> s_options = new()
    {
        ["status"] =
        [
            "--short", "-s", "--branch", "-b", "--porcelain", "--untracked-files", "-uno", "-uall", "-unormal", "--ignored", "--long",
        ],
        ["log"] = [.. s_log, .. s_diff],
        ["diff"] = [.. s_diff],
        ["show"] = ["--format", "--pretty", "--oneline", "--date", .. s_diff],
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

    // Options by which log shows diffs.
    private static readonly string[] s_shows = ["-p", "--patch", "-U", "--unified", "-L", "--word-diff"];

    /// <summary>The arguments with absolute paths of the workspace relative to it.</summary>
    public static IReadOnlyList<string> Relative(IReadOnlyList<string> arguments, Workspace workspace) =>
        [
            .. arguments.Select(argument =>
                argument == workspace.Root ? "."
                : argument.StartsWith(workspace.Root + "/", StringComparison.Ordinal) ? argument[(workspace.Root.Length + 1)..]
                : argument),
        ];

    /// <summary>The files whose content is named: of a revision, of the index, or to blame.</summary>
    public static IEnumerable<string> Contents(IReadOnlyList<string> arguments) => arguments.Skip(1)
        .Where(argument => argument.StartsWith("-L", StringComparison.Ordinal) || !argument.StartsWith('-'))
        .SelectMany(argument => Behind(argument, ':').Concat(arguments[0] == "blame" ? [argument] : []));

    /// <summary>What may be the name of an object in which it is not told which file it was.</summary>
    public static IEnumerable<string> Names(IReadOnlyList<string> arguments) =>
        arguments[0] is "show" or "diff" or "log"
            ? arguments
                .Skip(1)
                .TakeWhile(argument => argument != "--")
                .Where(argument => !argument.StartsWith('-') && !argument.Contains(':', StringComparison.Ordinal))
            : [];

    private static IEnumerable<string> Behind(string argument, char mark)
    {
        for (var at = argument.IndexOf(mark, StringComparison.Ordinal); at >= 0; at = argument.IndexOf(mark, at + 1))
        {
            if (at + 1 < argument.Length)
                yield return argument[(at + 1)..];
        }
    }

    /// <summary>Gives the arguments to pass to git.</summary>
    /// <exception cref="ToolException">The command is not one that only looks.</exception>
    public static IEnumerable<string> Check(IReadOnlyList<string> arguments)
    {
        if (arguments.Count == 0 || !s_options.TryGetValue(arguments[0], out var options))
            throw new ToolException($"Only these git commands may be used: {string.Join(", ", s_options.Keys)}.");
        var command = arguments[0];
        if (command == "branch" && !arguments.Contains("--list"))
            throw new ToolException("git branch may be used with --list only.");
        // Lines of a graph cannot be told from those of a diff.
        if (arguments.Contains("--graph")
            && arguments.Any(argument => s_shows.Any(option => argument.StartsWith(option, StringComparison.Ordinal))))
            throw new ToolException("git log shows no diffs beside --graph.");
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
