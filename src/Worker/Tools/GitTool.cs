using System.Text.RegularExpressions;

namespace Koda.Worker.Tools;

/// <summary>Looks at a git repository.</summary>
internal sealed partial class GitTool() : Tool<GitTool.Arguments>("git", Description, Schema, readOnly: true)
{
    internal sealed record Arguments(IReadOnlyList<string> Args);

    private const string Description =
        "Looks at the workspace's git repository: status, log, diff, show, blame, branch --list, ls-files or rev-parse with their usual "
        + "options. It changes nothing; paths are relative to the workspace.";

    private const string Schema =
        """
        {
          "type": "object",
          "properties": {
            "args": {"type": "array", "description": "The subcommand and its arguments, such as [\"log\", \"--oneline\", \"-n\", \"20\"]."}
          },
          "required": ["args"],
          "additionalProperties": false
        }
        """;

    // What a repository's own configuration could make git run, and what it asks over the network, is switched off.
    private static readonly string[] s_safe =
    [
        "--no-pager",
        "--literal-pathspecs",
        "-c",
        "safe.directory=*",
        "-c",
        "core.fsmonitor=false",
        "-c",
        "core.hooksPath=/dev/null",
        "-c",
        "core.pager=cat",
        "-c",
        "core.quotePath=false",
        "-c",
        "core.sshCommand=false",
        "-c",
        "diff.external=",
        "-c",
        "log.showSignature=false",
        "-c",
        "protocol.allow=never",
        "-c",
        "submodule.recurse=false",
        "-c",
        "color.ui=false",
        "-c",
        "diff.noprefix=false",
        "-c",
        "diff.mnemonicPrefix=false",
        "-c",
        "diff.srcPrefix=a/",
        "-c",
        "diff.dstPrefix=b/",
        "-c",
        "diff.suppressBlankEmpty=false",
        "-c",
        "diff.relative=false",
    ];

    private static readonly string[] s_filterParts = ["clean", "smudge", "process"];

    protected override string Subject(Arguments arguments, ToolContext context) => string.Join(' ', arguments.Args);

    protected override async Task<ToolResult> Run(Arguments arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var given = GitArguments.Relative(arguments.Args, context.Workspace);
        var command = GitArguments.Check(given);
        foreach (var content in GitArguments.Contents(given))
            Refuse(content, context);
        foreach (var name in GitArguments.Names(given))
        {
            if ((
                    await Run(
                        ["rev-parse", "-q", "--verify", $"{name}^{{blob}}"],
                        context with { Output = (_, _) => { } },
                        cancellationToken)).ExitCode == 0)
                throw new PathRefusedException(name, "give what a file held as REVISION:PATH.");
        }
        var filters = await Filters(context, cancellationToken);
        var prefix = await Prefix(context, cancellationToken);
        var filter = new DiffFilter(
            path => !path.StartsWith(prefix, StringComparison.Ordinal) || context.MayRead(path[prefix.Length..]),
            marked: !given.Any(argument => argument.StartsWith("--word-diff", StringComparison.Ordinal)));
        var result = await Run([.. filters, .. command], context, cancellationToken, filter.Keeps);
        var text =
            (result.Output.Length == 0 ? "(nothing)" : result.Output)
            + (filter.Hid ? "\n(what may not be read without asking is left out)" : "");
        return new ToolResult(result.ExitCode == 0 ? text : $"{text.TrimEnd('\n')}\n(exit code {result.ExitCode})")
        {
            IsError = result.ExitCode != 0,
            Truncated = result.Truncated,
        };
    }

    private static void Refuse(string path, ToolContext context)
    {
        var shown = context.Workspace.Shown(RealPaths.Resolve($"{context.Workspace.Root}/{path}"));
        if (!context.MayRead(shown) || !context.MayRead(path))
            throw new PathRefusedException(path, "it may not be read without asking.");
    }

    // Diffs name paths from the top of the repository, which may lie above the workspace.
    private static async Task<string> Prefix(ToolContext context, CancellationToken cancellationToken)
    {
        var answer = await Run(["rev-parse", "--show-prefix"], context with { Output = (_, _) => { } }, cancellationToken);
        return answer.ExitCode == 0 ? answer.Output.TrimEnd('\n') : "";
    }

    // Content filters are programs too, and status and diff would run them.
    private static async Task<IEnumerable<string>> Filters(ToolContext context, CancellationToken cancellationToken)
    {
        var names = await Run(["config", "--name-only", "--list"], context with { Output = (_, _) => { } }, cancellationToken);
        return FilterName().Matches(names.Output).Select(match => match.Groups[1].Value).Distinct().SelectMany(Without);
    }

    private static IEnumerable<string> Without(string filter) =>
        [.. s_filterParts.SelectMany(part => new[] { "-c", $"filter.{filter}.{part}=" }), "-c", $"filter.{filter}.required=false"];

    private static Task<CommandResult> Run(
        IEnumerable<string> arguments, ToolContext context, CancellationToken cancellationToken, Func<string, bool>? keeps = null)
    {
        var environment = new Dictionary<string, string>
        {
            ["GIT_CONFIG_NOSYSTEM"] = "1",
            ["GIT_CONFIG_GLOBAL"] = "/dev/null",
            ["GIT_OPTIONAL_LOCKS"] = "0",
            ["GIT_CEILING_DIRECTORIES"] = Path.GetDirectoryName(context.Workspace.Root) ?? "/",
        };
        return new Command(context, writable: false, keeps).Run(["git", .. s_safe, .. arguments], environment, cancellationToken);
    }

    [GeneratedRegex(@"^filter\.(.+)\.(?:clean|smudge|process|required)$", RegexOptions.Multiline)]
    private static partial Regex FilterName();
}
