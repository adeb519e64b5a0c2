using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Koda.Worker.Providers;
using Koda.Worker.Tools;

namespace Koda.Worker.Tests.Loop;

/// <summary>A tool that answers with its argument and counts its calls.</summary>
internal sealed class CountingTool(string name, bool readOnly) : ITool
{
    public ConcurrentQueue<string> Calls { get; } = new();

    /// <summary>What happens during a call.</summary>
    public Func<string, CancellationToken, Task> During { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Why a call of an argument would fail, as far as its preview knows. Null: it would not.</summary>
    public Func<string, string?> Fault { get; set; } = _ => null;

    public ToolDefinition Definition { get; } =
        new(
            name,
            "Counts.",
            JsonNode.Parse("""{"type": "object", "properties": {"n": {"type": "string"}}, "required": ["n"]}""")!.AsObject(),
            readOnly);

    public IToolCall Bind(JsonObject arguments)
    {
        ArgumentCheck.Check(name, Definition.InputSchema, arguments);
        return new Call(this, arguments["n"]!.GetValue<string>());
    }

    private sealed class Call(CountingTool tool, string argument) : IToolCall
    {
        public string Risk => "low";

        public string Subject(ToolContext context) => argument;

        public Task<string> Preview(ToolContext context, CancellationToken cancellationToken) =>
            tool.Fault(argument) is { } fault ? throw new ToolException(fault) : Task.FromResult($"would do {argument}");

        public async Task<ToolResult> Run(ToolContext context, CancellationToken cancellationToken)
        {
            tool.Calls.Enqueue(argument);
            await tool.During(argument, cancellationToken);
            return new ToolResult($"did {argument}");
        }
    }
}
