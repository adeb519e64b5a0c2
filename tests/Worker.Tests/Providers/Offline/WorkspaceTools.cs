using System.Text.Json.Nodes;
using Koda.Worker.Providers;
using Koda.Worker.Tools;

namespace Koda.Worker.Tests.Providers.Offline;

/// <summary>Runs tasks of the offline provider with the worker's own tools over a folder.</summary>
internal sealed class WorkspaceTools : IDisposable
{
    private static readonly string[] s_names = ["list", "glob", "grep", "read", "audit"];

    private readonly bool _isOwned;
    private readonly string _folder;

    private WorkspaceTools(string folder, bool isOwned) => (_folder, _isOwned) = (folder, isOwned);

    /// <summary>The calls that were made.</summary>
    public List<ToolCallBlock> Calls { get; } = [];

    public static WorkspaceTools OfFolder(string folder) => new(Path.GetFullPath(folder), isOwned: false);

    public static WorkspaceTools Of(params IEnumerable<(string Path, string Text)> files)
    {
        var folder = Directory.CreateTempSubdirectory("koda-workspace-").FullName;
        foreach (var (path, text) in files)
        {
            var file = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, text);
        }
        return new WorkspaceTools(folder, isOwned: true);
    }

    public void Dispose()
    {
        if (_isOwned)
            Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Runs a task to its last answer, as the agent loop would.</summary>
    public async Task<string> Run(IModelProvider provider, string query)
    {
        using var web = new HttpClient();
        var toolbox = new Toolbox(Toolbox.BuiltIn(web), s_names);
        var context = new ToolContext
        {
            Workspace = Workspace.Open(_folder, []),
            KnownDigest = _ => null,
            Output = (_, _) => { },
            Sandbox = Sandbox.Off("no command runs"),
        };
        var messages = new List<ModelMessage> { ModelMessage.User(query) };
        for (var step = 0; step < 10; step++)
        {
            var request = new ModelRequest { Model = "offline", Messages = [.. messages], Tools = toolbox.Definitions };
            var message = (await provider.Collect(request)).Finished.Message;
            messages.Add(message);
            if (!message.ToolCalls.Any())
                return message.Text;
            foreach (var call in message.ToolCalls)
                messages.Add(await Call(toolbox, context, call));
        }
        throw new InvalidOperationException("The provider never came to an end.");
    }

    private async Task<ModelMessage> Call(Toolbox toolbox, ToolContext context, ToolCallBlock call)
    {
        Calls.Add(call);
        try
        {
            var bound = toolbox.Find(call.Tool)!.Bind(JsonNode.Parse(call.Arguments)!.AsObject());
            var result = await bound.Run(context, CancellationToken.None);
            return ModelMessage.ToolResult(call.CallId, call.Tool, Shortened.HeadAndTail(result.Text).Text, result.IsError);
        }
        catch (ToolException error)
        {
            return ModelMessage.ToolResult(call.CallId, call.Tool, error.Message, isError: true);
        }
    }
}
