namespace Koda.Worker.Tools;

/// <summary>Writes a whole file.</summary>
internal sealed class WriteTool() : FileTool<WriteTool.Arguments>("write", Description, Schema, readOnly: false)
{
    internal sealed record Arguments(string Path, string Content);

    private const string Description =
        "Writes a text file of the workspace: makes it, with the directories on the way, or replaces all of its content "
        + "(a file whose lines end with carriage returns keeps them). "
        + "Fails when the file changed since you read it. To change a part of a file use edit.";

    private const string Schema =
        """
        {
          "type": "object",
          "properties": {
            "path": {"type": "string", "minLength": 1, "description": "The file, relative to the workspace."},
            "content": {"type": "string", "description": "The whole new content."}
          },
          "required": ["path", "content"],
          "additionalProperties": false
        }
        """;

    protected override string PathOf(Arguments arguments) => arguments.Path;

    protected override async Task<string> Preview(Arguments arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var before = await FileChange.Current(arguments.Path, context, cancellationToken);
        return UnifiedDiff.Between(Subject(arguments, context), before?.Text, LineEnds.Like(before?.Text, arguments.Content));
    }

    protected override async Task<ToolResult> Run(Arguments arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var change = await FileChange.Apply(arguments.Path, context, before => LineEnds.Like(before, arguments.Content), cancellationToken);
        return change.Result(
            change.Before is null ? $"Created {change.Shown}."
            : change.IsChange ? $"Replaced the content of {change.Shown}."
            : $"{change.Shown} holds just that already.");
    }
}
