using System.Text;
using System.Text.RegularExpressions;

namespace Koda.Worker.Tools;

/// <summary>Searches file contents.</summary>
internal sealed class GrepTool() : FileTool<GrepTool.Arguments>("grep", Description, Schema, readOnly: true)
{
    internal sealed record Arguments(string Pattern, string? Path, string? Glob, bool IgnoreCase = false, int? MaxResults = null);

    private const int DefaultResults = 200;

    private const string Description =
        "Searches the text files of the workspace for a regular expression. Each match is a line `path:line:text`. "
        + "`.git`, `node_modules`, binary files and what .gitignore names are left out.";

    private const string Schema =
        """
        {
          "type": "object",
          "properties": {
            "pattern": {"type": "string", "minLength": 1, "description": "The regular expression."},
            "path": {"type": "string", "minLength": 1, "description": "The file or directory to search. Default: the whole workspace."},
            "glob": {"type": "string", "minLength": 1, "description": "Only files whose path matches, such as `*.ts`."},
            "ignore_case": {"type": "boolean", "description": "Ignore case. Default: false."},
            "max_results": {"type": "integer", "minimum": 1, "maximum": 2000, "description": "The most lines to give. Default: 200."}
          },
          "required": ["pattern"],
          "additionalProperties": false
        }
        """;

    private static readonly string? Ripgrep = Executables.Find("rg");

    protected override string PathOf(Arguments arguments) => arguments.Path ?? ".";

    protected override async Task<ToolResult> RunAsync(Arguments arguments, ToolContext context, CancellationToken ct)
    {
        var start = context.Workspace.Resolve(arguments.Path ?? ".");
        if (!Path.Exists(start))
            throw new ToolException($"'{arguments.Path}' does not exist.");
        var max = arguments.MaxResults ?? DefaultResults;
        var matches = Ripgrep is null
            ? new TextSearch(context.Workspace, Compile(arguments), arguments.Glob).Matches(start, ct)
            : new RipgrepSearch(Ripgrep, context.Workspace, arguments.Pattern, arguments.IgnoreCase, arguments.Glob).Matches(start, ct);
        var text = new StringBuilder();
        var count = 0;
        await foreach (var match in matches)
        {
            if (!context.MayRead(match.Path))
                continue;
            if (count++ == max)
                return new ToolResult($"{text}(there are more matches: narrow the search or raise max_results)\n") { Truncated = true };
            text.Append(match.Path).Append(':').Append(match.Text).Append('\n');
        }
        return new ToolResult(count == 0 ? "(no match)" : text.ToString());
    }

    private static Regex Compile(Arguments arguments)
    {
        try
        {
            var options = RegexOptions.CultureInvariant | (arguments.IgnoreCase ? RegexOptions.IgnoreCase : RegexOptions.None);
            return new Regex(arguments.Pattern, options, TimeSpan.FromSeconds(1));
        }
        catch (RegexParseException error)
        {
            throw new ToolException($"'{arguments.Pattern}' is not a valid regular expression: {error.Message}");
        }
    }
}
