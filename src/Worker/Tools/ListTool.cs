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

    protected override Task<ToolResult> RunAsync(Arguments arguments, ToolContext context, CancellationToken ct)
    {
        var directory = new DirectoryInfo(context.Workspace.Resolve(arguments.Path ?? "."));
        if (File.Exists(directory.FullName))
            throw new ToolException($"'{arguments.Path}' is a file; use read.");
        if (!directory.Exists)
            throw new ToolException($"'{arguments.Path}' does not exist.");
        var text = new StringBuilder();
        var entries = FileWalk.Entries(directory).Where(entry => !context.Workspace.Private.IsKoda(entry.FullName)).Take(MaxEntries + 1).ToList();
        foreach (var entry in entries.Take(MaxEntries))
            text.Append(Line(entry)).Append('\n');
        if (entries.Count > MaxEntries)
            text.Append("(there are more entries: use glob)\n");
        return Task.FromResult(new ToolResult(text.Length == 0 ? "(the directory is empty)" : text.ToString())
        {
            Truncated = entries.Count > MaxEntries,
        });
    }

    private static string Line(FileSystemInfo entry) => entry switch
    {
        { LinkTarget: { } target } => $"{entry.Name} -> {target}",
        FileInfo file => $"{file.Name}\t{file.Length}",
        _ => $"{entry.Name}/",
    };
}
