using Koda.Worker.Audit;
using Koda.Worker.Mcp;
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
        _tools = names
            .SelectMany(name => Named(all, name))
            .DistinctBy(tool => tool.Definition.Name)
            .ToDictionary(tool => tool.Definition.Name);
    }

    /// <summary>Every tool that comes with the worker.</summary>
    /// <param name="web">What the fetch tool reads with.</param>
    public static IReadOnlyList<ITool> BuiltIn(HttpClient web) =>
        [
            new ListTool(),
            new ReadTool(),
            new GlobTool(),
            new GrepTool(),
            new SearchTool(),
            new AuditTool(),
            new WriteTool(),
            new EditTool(),
            new PatchTool(),
            new BashTool(),
            new BashOutputTool(),
            new GitTool(),
            new LspTool(),
            new TodoTool(),
            new AskTool(),
            new FetchTool(web),
        ];

    public string Names => string.Join(", ", _tools.Keys);

    /// <summary>Whether any of them may change something.</summary>
    public bool CanChange => _tools.Values.Any(tool => !tool.Definition.ReadOnly);

    public IReadOnlyList<ToolDefinition> Definitions => [.. _tools.Values.Select(tool => tool.Definition)];

    // The tools of other servers come and go, and there may be nobody to call: an agent works on without them.
    private static IEnumerable<ITool> Named(IReadOnlyList<ITool> all, string name) =>
        name switch
        {
            SubagentTool.ToolName => all.Where(tool => tool is SubagentTool),
            _ when name.StartsWith(McpTool.Prefix, StringComparison.Ordinal) => all.Where(tool =>
                GlobPattern.Text(name).IsMatch(tool.Definition.Name)),
            _ =>
            [
                all.FirstOrDefault(tool => tool.Definition.Name == name) ?? throw new ToolException($"This worker has no tool '{name}'."),
            ],
        };

    public ITool? Find(string name) => _tools.GetValueOrDefault(name);
}
