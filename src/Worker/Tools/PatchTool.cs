namespace Koda.Worker.Tools;

/// <summary>Changes several files at once, all of them or none.</summary>
internal sealed class PatchTool() : Tool<PatchTool.Arguments>("patch", Description, Schema, readOnly: false)
{
    internal sealed record Arguments(string? Patch, IReadOnlyList<TextEdit>? Edits);

    private const string Description =
        "Changes one or more files at once, all of them or none: by a unified diff, or by a list of exact replacements as edit makes them. "
        + "The headers of a diff's hunks must count their lines, and context lines must be exactly what the file holds. It makes files, but does not "
        + "delete, rename or give modes. Fails when a file changed since you read it.";

    private const string Schema =
        """
        {
          "type": "object",
          "properties": {
            "patch": {"type": "string", "minLength": 1, "description": "A unified diff with paths relative to the workspace."},
            "edits": {
              "type": "array",
              "description": "Replacements, made in order.",
              "items": {
                "type": "object",
                "properties": {
                  "path": {"type": "string", "minLength": 1, "description": "The file, relative to the workspace."},
                  "old_text": {"type": "string", "minLength": 1, "description": "The exact text to replace; it must occur once."},
                  "new_text": {"type": "string", "description": "The text to put in its place."},
                  "replace_all": {"type": "boolean", "description": "Replace every occurrence. Default: false."}
                },
                "required": ["path", "old_text", "new_text"]
              }
            }
          },
          "additionalProperties": false
        }
        """;

    protected override string Subject(Arguments arguments, ToolContext context) =>
        string.Join(", ", Changes(arguments, context).Select(change => context.Workspace.Shown(context.Workspace.Locate(change.Path))));

    // Rules for edit hold here too: it is the same done to several files.
    protected override IEnumerable<Demand> Demands(Arguments arguments, ToolContext context) =>
        Changes(arguments, context).SelectMany(change =>
        {
            var shown = context.Workspace.Shown(context.Workspace.Locate(change.Path));
            return FileDemands.Of("edit", context.Workspace, change.Path, writes: true)
                .Append(new Demand(Definition.Name, shown) { Harmless = true });
        });

    protected override async Task<string> Preview(Arguments arguments, ToolContext context, CancellationToken cancellationToken) =>
        string.Concat(
            (await FileChanges.Plan(Changes(arguments, context), context, cancellationToken)).Select(file =>
                UnifiedDiff.Between(file.Shown, file.Before, file.After)));

    protected override async Task<ToolResult> Run(Arguments arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var changes = await FileChanges.Apply(Changes(arguments, context), context, cancellationToken);
        if (!changes.Any(change => change.IsChange))
            throw new ToolException(
                $"Nothing is changed by that: {string.Join(", ", changes.Select(change => change.Shown))} would stay as it is.");
        return new ToolResult($"Changed {string.Join(", ", changes.Where(change => change.IsChange).Select(change => change.Shown))}.")
        {
            Diff = string.Concat(changes.Select(change => UnifiedDiff.Between(change.Shown, change.Before, change.After))),
            Files = [.. changes.Select(change => new FileState(change.Shown, change.Digest))],
        };
    }

    private static IReadOnlyList<PlannedChange> Changes(Arguments arguments, ToolContext context) =>
        arguments switch
        {
            { Patch: { } patch, Edits: null } => UnifiedPatch.Parse(patch, path => File.Exists(context.Workspace.Locate(path))),
            { Patch: null, Edits: { Count: > 0 } edits } =>
            [
                .. edits
                    .GroupBy(edit => context.Workspace.Shown(context.Workspace.Locate(edit.Path)))
                    .Select(file => new PlannedChange(file.Key, before =>
                        file.Aggregate(before ?? throw new ToolException($"'{file.Key}' does not exist."), (text, edit) => edit.Of(text)))),
            ],
            _ => throw new ToolException("Give either a patch or edits."),
        };
}
