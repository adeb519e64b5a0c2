using System.Text.Json;
using System.Text.Json.Nodes;
using Koda.Worker.Providers;
using Koda.Worker.Tools;
using ModelContextProtocol;

namespace Koda.Worker.Mcp;

/// <summary>A tool of another server. What it says of itself is not trusted: it counts as changing something, whatever it says.</summary>
/// <param name="name">What it is called for models.</param>
/// <param name="owner">The name of its server.</param>
/// <param name="server">Its server.</param>
/// <param name="tool">What the server says of it.</param>
internal sealed class McpTool(string name, string owner, McpServer server, McpListed tool) : ITool
{
    /// <summary>What the names of such tools begin with.</summary>
    public const string Prefix = "mcp__";

    private const int MaxDescription = 2000;
    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(2);

    public ToolDefinition Definition { get; } = new(
        name, Shortened.HeadAndTail(tool.Description, MaxDescription).Text, tool.Schema, ReadOnly: false);

    /// <summary>The same tool by another name, as all tools of an attempt need one of their own.</summary>
    public McpTool As(McpNames names) =>
        names.Of(owner, tool.Name) is var own && own == name ? this : new McpTool(own, owner, server, tool);

    public IToolCall Bind(JsonObject arguments) => new Call(this, arguments);

    private async Task<ToolResult> CallServer(JsonObject arguments, ToolContext context, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(s_timeout, context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return McpResult.Read(await server.Call(tool.Name, arguments, either.Token));
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            throw new ToolException($"The server '{owner}' did not answer within {s_timeout.TotalSeconds} seconds.");
        }
        catch (Exception error)
            when (error is McpException or HttpRequestException or IOException or JsonException or InvalidOperationException)
        {
            throw new ToolException($"The server '{owner}' failed: {error.Message}");
        }
    }

    private sealed class Call(McpTool tool, JsonObject arguments) : IToolCall
    {
        public string Subject(ToolContext context) => arguments.ToJsonString();

        public string Risk => "medium";

        public Task<string> Preview(ToolContext context, CancellationToken cancellationToken) =>
            Task.FromResult($"{tool.Definition.Name} {arguments.ToJsonString()}");

        public Task<ToolResult> Run(ToolContext context, CancellationToken cancellationToken) =>
            tool.CallServer(arguments, context, cancellationToken);
    }
}
