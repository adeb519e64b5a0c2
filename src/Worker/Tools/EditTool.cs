namespace Koda.Worker.Tools;

/// <summary>Replaces exact text in a file.</summary>
internal sealed class EditTool() : FileTool<EditTool.Arguments>("edit", Description, Schema, readOnly: false)
{
    internal sealed record Arguments(string Path, string OldText, string NewText, bool ReplaceAll = false);

    private const string Description =
        "Replaces text in a file of the workspace. old_text must be exactly what the file holds, white space included and without line "
        + "numbers, and must occur once unless replace_all is true. Fails when the file changed since you read it.";

    private const string Schema =
        """
        {
          "type": "object",
          "properties": {
            "path": {"type": "string", "minLength": 1, "description": "The file, relative to the workspace."},
            "old_text": {"type": "string", "minLength": 1, "description": "The exact text to replace."},
            "new_text": {"type": "string", "description": "The text to put in its place."},
            "replace_all": {"type": "boolean", "description": "Replace every occurrence. Default: false."}
          },
          "required": ["path", "old_text", "new_text"],
          "additionalProperties": false
        }
        """;

    protected override string PathOf(Arguments arguments) => arguments.Path;

    protected override async Task<string> Preview(Arguments arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var before = await FileChange.Current(arguments.Path, context, cancellationToken) ?? throw Missing(arguments);
        return UnifiedDiff.Between(Subject(arguments, context), before.Text, Edited(before.Text, arguments));
    }

    protected override async Task<ToolResult> Run(Arguments arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var change = await FileChange.Apply(
            arguments.Path, context, before => Edited(before ?? throw Missing(arguments), arguments), cancellationToken);
        return change.Result(change.IsChange ? $"Edited {change.Shown}." : $"{change.Shown} holds just that already.");
    }

    private static string Edited(string text, Arguments arguments) =>
        new TextEdit(arguments.Path, arguments.OldText, arguments.NewText, arguments.ReplaceAll).Of(text);

    private static ToolException Missing(Arguments arguments) => new($"'{arguments.Path}' does not exist.");
}
