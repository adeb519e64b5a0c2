using System.Text;
using System.Text.Json.Nodes;
using Koda.Worker.Tools;

namespace Koda.Worker.Tests.Tools;

/// <summary>A workspace in a temporary folder, with a folder beside it that tools must not reach.</summary>
internal sealed class TempWorkspace : IDisposable
{
    private readonly DirectoryInfo _parent = Directory.CreateTempSubdirectory("koda-workspace-");
    private readonly Dictionary<string, string> _digests = [];
    private readonly StringBuilder _output = new();

    public TempWorkspace()
    {
        Root = _parent.CreateSubdirectory("inside").FullName;
        Outside = _parent.CreateSubdirectory("outside").FullName;
        Context = new ToolContext
        {
            Workspace = Workspace.Open(Root, []),
            KnownDigest = path => _digests.GetValueOrDefault(path),
            Output = (_, text) => _output.Append(text),
            Sandbox = Sandbox.Off("A test without one."),
        };
    }

    public string Root { get; }

    public string Outside { get; }

    public ToolContext Context { get; set; }

    public string Output => _output.ToString();

    public string Write(string path, string text)
    {
        var full = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
        return full;
    }

    public string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    public async Task<ToolResult> Run(ITool tool, string arguments, CancellationToken cancellationToken = default)
    {
        var result = await tool.Bind(JsonNode.Parse(arguments)!.AsObject()).Run(Context, cancellationToken);
        if (result is { Path: { } path, FileDigest: { } digest })
            _digests[path] = digest;
        return result;
    }

    public void Dispose()
    {
        // Attempts that share a folder each dispose of it.
        if (Directory.Exists(_parent.FullName))
            _parent.Delete(recursive: true);
    }
}
