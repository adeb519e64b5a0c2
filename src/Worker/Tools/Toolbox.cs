using Koda.Worker.Providers;

namespace Koda.Worker.Tools;

/// <summary>The tools of one agent.</summary>
internal sealed class Toolbox
{
    private readonly Dictionary<string, ITool> _tools;

    /// <param name="all">Every tool of this worker.</param>
    /// <param name="names">The ones that the agent may use.</param>
    /// <exception cref="ToolException">The agent names a tool that this worker does not have.</exception>
    public Toolbox(IReadOnlyList<ITool> all, IEnumerable<string> names)
    {
        _tools = names.Distinct().ToDictionary(name => name, name =>
            all.FirstOrDefault(tool => tool.Definition.Name == name) ?? throw new ToolException($"This worker has no tool '{name}'."));
    }

    /// <summary>Every tool that comes with the worker.</summary>
    /// <param name="web">What the fetch tool reads with.</param>
    public static IReadOnlyList<ITool> BuiltIn(HttpClient web) =>
    [
        new ListTool(), new ReadTool(), new GlobTool(), new GrepTool(), new WriteTool(), new EditTool(), new BashTool(), new GitTool(),
        new FetchTool(web),
    ];

    public string Names => string.Join(", ", _tools.Keys);

    /// <summary>Whether any of them may change something.</summary>
    public bool CanChange => _tools.Values.Any(tool => !tool.Definition.ReadOnly);

    public IReadOnlyList<ToolDefinition> Definitions => [.. _tools.Values.Select(tool => tool.Definition)];

    public ITool? Find(string name) => _tools.GetValueOrDefault(name);
}
