using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Koda.Worker.Providers;
using Koda.Worker.Tools;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace Koda.Worker.Mcp;

/// <summary>A tool of another server. What it says of itself is not trusted: it counts as changing something, whatever it says.</summary>
internal sealed class McpTool(string name, McpServer server, ModelContextProtocol.Protocol.Tool tool) : ITool
{
    /// <summary>What the names of such tools begin with.</summary>
    public const string Prefix = "mcp__";

    private const int MaxDescription = 2000;
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    public ToolDefinition Definition { get; } = new(
        $"{Prefix}{name}__{tool.Name}", Shortened.HeadAndTail(tool.Description ?? "", MaxDescription).Text,
        JsonNode.Parse(tool.InputSchema.GetRawText()) as JsonObject ?? new JsonObject { ["type"] = "object" }, ReadOnly: false);

    public IToolCall Bind(JsonObject arguments) => new Call(this, arguments);

    private async Task<ToolResult> CallAsync(JsonObject arguments, ToolContext context, CancellationToken ct)
    {
        using var patience = new CancellationTokenSource(Timeout, context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, ct);
        try
        {
            var values = arguments.ToDictionary(argument => argument.Key, argument => (object?)argument.Value);
            var result = await server.CallAsync(tool.Name, values, either.Token);
            return new ToolResult(Text(result)) { IsError = result.IsError ?? false };
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            throw new ToolException($"The server '{name}' did not answer within {Timeout.TotalSeconds} seconds.");
        }
        catch (Exception error) when (error is McpException or HttpRequestException or IOException or JsonException or InvalidOperationException)
        {
            throw new ToolException($"The server '{name}' failed: {error.Message}");
        }
    }

    private static string Text(CallToolResult result)
    {
        var text = new StringBuilder();
        foreach (var block in result.Content)
        {
            text.Append(block switch
            {
                TextContentBlock said => said.Text,
                EmbeddedResourceBlock { Resource: TextResourceContents resource } => resource.Text,
                _ => $"({block.Type}, not shown)",
            }).Append('\n');
        }
        return text.Length == 0 ? "(nothing)" : text.ToString().TrimEnd('\n');
    }

    private sealed class Call(McpTool tool, JsonObject arguments) : IToolCall
    {
        public string Subject(ToolContext context) => arguments.ToJsonString();

        public string Risk => "medium";

        public Task<string> PreviewAsync(ToolContext context, CancellationToken ct) =>
            Task.FromResult($"{tool.Definition.Name} {arguments.ToJsonString()}");

        public Task<ToolResult> RunAsync(ToolContext context, CancellationToken ct) => tool.CallAsync(arguments, context, ct);
    }
}
