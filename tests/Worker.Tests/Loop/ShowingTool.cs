using System.Text.Json.Nodes;
using Koda.Worker.Providers;
using Koda.Worker.Tools;

namespace Koda.Worker.Tests.Loop;

/// <summary>A tool whose every call shows another image, unless it is told to show the same.</summary>
internal sealed class ShowingTool(bool same = false) : ITool
{
    private byte _calls;

    private bool IsSame => same;

    public static byte[] Image(byte number) => [0xFF, 0xD8, 0xFF, number];

    public ToolDefinition Definition { get; } = new("show", "Shows.", new JsonObject { ["type"] = "object" }, ReadOnly: true);

    public IToolCall Bind(JsonObject arguments) => new Call(this);

    private sealed class Call(ShowingTool tool) : IToolCall
    {
        public string Risk => "low";

        public string Subject(ToolContext context) => "";

        public Task<string> Preview(ToolContext context, CancellationToken cancellationToken) => Task.FromResult("");

        public Task<ToolResult> Run(ToolContext context, CancellationToken cancellationToken)
        {
            if (!tool.IsSame)
                tool._calls++;
            return Task.FromResult(new ToolResult("shown") { Images = [new ToolImage("image/jpeg", Image(tool._calls))] });
        }
    }
}
