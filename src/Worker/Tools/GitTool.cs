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
    private static readonly string[] Safe =
    [
        "--no-pager", "--literal-pathspecs",
        "-c", "safe.directory=*", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.pager=cat", "-c", "core.quotePath=false",
        "-c", "core.sshCommand=false", "-c", "diff.external=", "-c", "log.showSignature=false", "-c", "protocol.allow=never",
        "-c", "submodule.recurse=false", "-c", "color.ui=false",
    ];

    private static readonly string[] FilterParts = ["clean", "smudge", "process"];

    protected override string Subject(Arguments arguments, ToolContext context) => string.Join(' ', arguments.Args);

    protected override async Task<ToolResult> RunAsync(Arguments arguments, ToolContext context, CancellationToken ct)
    {
        var command = GitArguments.Check(arguments.Args);
        var filters = await FiltersAsync(context, ct);
        var result = await RunAsync([.. filters, .. command], context, ct);
        var text = result.Output.Length == 0 ? "(nothing)" : result.Output;
        return new ToolResult(result.ExitCode == 0 ? text : $"{text.TrimEnd('\n')}\n(exit code {result.ExitCode})")
        {
            IsError = result.ExitCode != 0,
            Truncated = result.Truncated,
        };
    }

    // Content filters are programs too, and status and diff would run them.
    private static async Task<IEnumerable<string>> FiltersAsync(ToolContext context, CancellationToken ct)
    {
        var names = await RunAsync(["config", "--name-only", "--list"], context with { Output = (_, _) => { } }, ct);
        return FilterName().Matches(names.Output).Select(match => match.Groups[1].Value).Distinct().SelectMany(Without);
    }

    private static IEnumerable<string> Without(string filter) =>
        [.. FilterParts.SelectMany(part => new[] { "-c", $"filter.{filter}.{part}=" }), "-c", $"filter.{filter}.required=false"];

    private static Task<CommandResult> RunAsync(IEnumerable<string> arguments, ToolContext context, CancellationToken ct)
    {
        var environment = new Dictionary<string, string>
        {
            ["GIT_CONFIG_NOSYSTEM"] = "1",
            ["GIT_CONFIG_GLOBAL"] = "/dev/null",
            ["GIT_OPTIONAL_LOCKS"] = "0",
            ["GIT_CEILING_DIRECTORIES"] = Path.GetDirectoryName(context.Workspace.Root) ?? "/",
        };
        return new Command(context, writable: false).RunAsync(["git", .. Safe, .. arguments], environment, ct);
    }

    [GeneratedRegex(@"^filter\.(.+)\.(?:clean|smudge|process|required)$", RegexOptions.Multiline)]
    private static partial Regex FilterName();
}
