namespace Koda.Worker.Tools;

/// <summary>Finds files by name.</summary>
internal sealed class GlobTool() : FileTool<GlobTool.Arguments>("glob", Description, Schema, readOnly: true)
{
    internal sealed record Arguments(string Pattern, string? Path);

    private const int MaxFiles = 1000;

    private const string Description =
        "Finds files of the workspace by their path: `*` matches within a directory, `**` across directories, `{a,b}` either. "
        + "A pattern without a slash matches file names anywhere. `.git` and `node_modules` are left out.";

    private const string Schema =
        """
        {
          "type": "object",
          "properties": {
            "pattern": {"type": "string", "minLength": 1, "description": "The pattern, such as `src/**/*.ts`."},
            "path": {"type": "string", "minLength": 1, "description": "The directory to search. Default: the whole workspace."}
          },
          "required": ["pattern"],
          "additionalProperties": false
        }
        """;

    protected override string PathOf(Arguments arguments) => arguments.Path ?? ".";

    protected override Task<ToolResult> Run(Arguments arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var directory = context.Workspace.Resolve(PathOf(arguments));
        if (!Directory.Exists(directory))
            throw new ToolException($"'{arguments.Path}' is not a directory.");
        var filter = GlobFilter.Of(arguments.Pattern, context.Workspace, directory);
        var walk = new FileWalk(context.Workspace, ignored: true);
        var found = new List<string>();
        foreach (var file in walk.Files(directory))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var shown = context.Workspace.Shown(file.Path);
            if (!filter.Matches(Path.GetRelativePath(directory, file.Path))
                || !context.MayRead(shown)
                || (file.Facts.Kind == FileKind.Link && Directory.Exists(file.Path)))
                continue;
            if (found.Count == MaxFiles)
                return Task.FromResult(Cut(found));
            found.Add(shown);
        }
        walk.Passed.Tell(context);
        var text = found.Count == 0 ? "(no file matches)" : string.Join('\n', found);
        return Task.FromResult(new ToolResult(walk.Passed.Told.Length == 0 ? text : $"{text}\n{walk.Passed.Told}"));
    }

    private static ToolResult Cut(List<string> found) =>
        new($"{string.Join('\n', found)}\n(there are more files: use a narrower pattern)") { Truncated = true };
}
