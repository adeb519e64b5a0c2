namespace Koda.Worker.Tools;

/// <summary>Finds the files that words are about.</summary>
internal sealed class SearchTool() : FileTool<SearchTool.Arguments>("search", Description, Schema, readOnly: true)
{
    internal sealed record Arguments(string Query, string? Path, int? MaxResults);

    private const int DefaultResults = 15;

    private const string Description =
        "Finds the files of the workspace that are most about some words, by their paths and contents, the best first, each with its best "
        + "lines; what .gitignore names is left out. Use it when you do not know what to look for exactly; use grep for exact text.";

    private const string Schema =
        """
        {
          "type": "object",
          "properties": {
            "query": {"type": "string", "minLength": 1, "description": "The words, such as `retry provider timeout`."},
            "path": {"type": "string", "minLength": 1, "description": "The directory to search. Default: the whole workspace."},
            "max_results": {"type": "integer", "minimum": 1, "maximum": 50, "description": "The most files to give. Default: 15."}
          },
          "required": ["query"],
          "additionalProperties": false
        }
        """;

    protected override string PathOf(Arguments arguments) => arguments.Path ?? ".";

    protected override async Task<ToolResult> Run(Arguments arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var start = context.Workspace.Resolve(PathOf(arguments));
        if (!Directory.Exists(start))
            throw new ToolException($"'{arguments.Path}' is not a directory.");
        var search = new RankedSearch(arguments.Query);
        var walk = new FileWalk(context.Workspace, ignored: false);
        foreach (var file in walk.Files(start).Where(file => file.IsFile))
        {
            var shown = context.Workspace.Shown(file.Path);
            if (context.MayRead(shown) && !await search.Add(shown, file.Open, file.Facts.Length, cancellationToken))
                break;
        }
        walk.Passed.Tell(context);
        var best = search.Best(arguments.MaxResults ?? DefaultResults);
        var text = best.Count == 0 ? "(no file is about that)" : string.Join('\n', best);
        return new ToolResult(walk.Passed.Told.Length == 0 ? text : $"{text}\n{walk.Passed.Told}") { Truncated = search.Truncated };
    }
}
