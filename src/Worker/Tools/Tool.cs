using System.Text.Json;
using System.Text.Json.Nodes;
using Koda.Protos.Worker.V1;
using Koda.Worker.Providers;

namespace Koda.Worker.Tools;

/// <summary>A tool whose arguments are a record.</summary>
/// <param name="name">The name that the model calls.</param>
/// <param name="description">What it does, for the model.</param>
/// <param name="schema">The JSON schema of the arguments.</param>
/// <param name="readOnly">Whether a call changes nothing, so that it may be repeated and run beside others.</param>
internal abstract class Tool<TArguments>(string name, string description, string schema, bool readOnly) : ITool
    where TArguments : class
{
    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public ToolDefinition Definition { get; } = new(name, description, JsonNode.Parse(schema)!.AsObject(), readOnly);

    public IToolCall Bind(JsonObject arguments)
    {
        ArgumentCheck.Check(name, Definition.InputSchema, arguments);
        return new Call(this, arguments.Deserialize<TArguments>(s_json)!);
    }

    protected virtual string Risk => readOnly ? "low" : "medium";

    /// <exception cref="PathRefusedException">The call would leave the workspace.</exception>
    protected abstract string Subject(TArguments arguments, ToolContext context);

    protected virtual IEnumerable<Demand> Demands(TArguments arguments, ToolContext context) =>
        [new Demand(Definition.Name, Subject(arguments, context)) { Harmless = readOnly }];

    protected virtual UserQuestion? Question(TArguments arguments) => null;

    protected virtual SubagentRequest? Subagent(TArguments arguments) => null;

    protected virtual Task<string> Preview(TArguments arguments, ToolContext context, CancellationToken cancellationToken) =>
        Task.FromResult(Subject(arguments, context));

    protected abstract Task<ToolResult> Run(TArguments arguments, ToolContext context, CancellationToken cancellationToken);

    private sealed class Call(Tool<TArguments> tool, TArguments arguments) : IToolCall
    {
        public string Subject(ToolContext context) => tool.Subject(arguments, context);

        public IEnumerable<Demand> Demands(ToolDefinition definition, ToolContext context) => tool.Demands(arguments, context);

        public UserQuestion? Question => tool.Question(arguments);

        public SubagentRequest? Subagent => tool.Subagent(arguments);

        public string Risk => tool.Risk;

        public Task<string> Preview(ToolContext context, CancellationToken cancellationToken) =>
            tool.Preview(arguments, context, cancellationToken);

        public Task<ToolResult> Run(ToolContext context, CancellationToken cancellationToken) =>
            tool.Run(arguments, context, cancellationToken);
    }
}
