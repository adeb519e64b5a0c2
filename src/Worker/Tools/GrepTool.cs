using System.Globalization;
using System.Text;

namespace Koda.Worker.Tools;

/// <summary>Searches file contents.</summary>
internal sealed class GrepTool() : FileTool<GrepTool.Arguments>("grep", Description, Schema, readOnly: true)
{
    internal sealed record Arguments(string Pattern, string? Path, string? Glob, bool IgnoreCase = false, int? MaxResults = null);

    private const int DefaultResults = 200;

    private const string Description =
        "Searches the text files of the workspace for a regular expression. Each match is a line `path:line:text`. "
        + "`.git`, `node_modules`, binary files, files above 5 MiB and what .gitignore names are left out, unless path leads there.";

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

    protected override string PathOf(Arguments arguments) => arguments.Path ?? ".";

    protected override Task<ToolResult> Run(Arguments arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var start = context.Workspace.Resolve(PathOf(arguments));
        if (!Path.Exists(start))
            throw new ToolException($"'{arguments.Path}' does not exist.");
        var max = arguments.MaxResults ?? DefaultResults;
        var search = new TextSearch(context, TextSearch.Compile(arguments.Pattern, arguments.IgnoreCase), arguments.Glob);
        var found = search.Matches(start, cancellationToken).Take(max + 1).ToList();
        search.Passed.Tell(context);
        var text = new StringBuilder();
        foreach (var match in found.Take(max))
            text.Append(CultureInfo.InvariantCulture, $"{match.Path}:{match.Number}:{match.Text}\n");
        if (found.Count > max)
            text.Append("(there are more matches: narrow the search or raise max_results)\n");
        text.Append(found.Count == 0 ? "(no match)" : "")
            .Append(found.Count == 0 && search.Passed.Told.Length > 0 ? "\n" : "")
            .Append(search.Passed.Told);
        return Task.FromResult(new ToolResult(text.ToString()) { Truncated = found.Count > max });
    }
}
