using System.Text;

namespace Koda.Worker.Tools;

/// <summary>Lists a directory.</summary>
internal sealed class ListTool() : FileTool<ListTool.Arguments>("list", Description, Schema, readOnly: true)
{
    internal sealed record Arguments(string? Path);

    private const int MaxEntries = 500;

    private const string Description =
        "Lists what lies directly in a directory of the workspace: directories end with a slash, files come with their size in bytes.";

    private const string Schema =
        """
        {
          "type": "object",
          "properties": {
            "path": {"type": "string", "minLength": 1, "description": "The directory. Default: the workspace itself."}
          },
          "additionalProperties": false
        }
        """;

    protected override string PathOf(Arguments arguments) => arguments.Path ?? ".";

    protected override Task<ToolResult> Run(Arguments arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var path = context.Workspace.Resolve(PathOf(arguments));
        if (File.Exists(path))
            throw new ToolException($"'{arguments.Path}' is a file; use read.");
        if (!Directory.Exists(path))
            throw new ToolException($"'{arguments.Path}' does not exist.");
        using var directory = context.Workspace.OpenDirectory(path);
        var hidden = context.Workspace.HiddenBelow(path).Where(context.Workspace.Private.IsKoda).ToHashSet();
        var entries = FileWalk
            .Entries(directory)
            .Where(entry => !hidden.Contains($"{path}/{entry.Name}") && !IsKoda(entry.Facts, context))
            .Take(MaxEntries + 1)
            .ToList();
        var text = new StringBuilder();
        foreach (var (name, facts) in entries.Take(MaxEntries))
            text.Append(Line(path, name, facts)).Append('\n');
        if (entries.Count > MaxEntries)
            text.Append("(there are more entries: use glob)\n");
        return Task.FromResult(new ToolResult(text.Length == 0 ? "(the directory is empty)" : text.ToString())
        {
            Truncated = entries.Count > MaxEntries,
        });
    }

    private static bool IsKoda(FileFacts? facts, ToolContext context) => facts is { } known && context.Workspace.Private.IsKoda(known);

    private static string Line(string directory, string name, FileFacts? facts) => facts?.Kind switch
    {
        FileKind.File => $"{name}\t{facts.Value.Length}",
        FileKind.Directory => $"{name}/",
        FileKind.Link => $"{name} -> {new FileInfo($"{directory}/{name}").LinkTarget}",
        FileKind.Socket => $"{name}\t(a socket)",
        FileKind.Pipe => $"{name}\t(a pipe)",
        FileKind.Device => $"{name}\t(a device)",
        _ => $"{name}\t({(name.Contains('\uFFFD', StringComparison.Ordinal) ? "its name is not UTF-8" : "it cannot be looked at")})",
    };
}
