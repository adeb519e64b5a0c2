namespace Koda.Worker.Tools;

/// <summary>Reads what a command in the background printed, or ends it.</summary>
internal sealed class BashOutputTool() : Tool<BashOutputTool.Arguments>("bash_output", Description, Schema, readOnly: false)
{
    internal sealed record Arguments(string Id, int? WaitSeconds, bool Kill = false);

    private const string Description =
        "Gives what a command that bash started in the background printed since you last asked, and whether it still runs. With kill it is ended.";

    private const string Schema =
        """
        {
          "type": "object",
          "properties": {
            "id": {"type": "string", "minLength": 1, "description": "The id that bash gave."},
            "wait_seconds": {"type": "integer", "minimum": 0, "maximum": 60, "description": "How long to wait for something new. Default: 0."},
            "kill": {"type": "boolean", "description": "End the command with everything that it started. Default: false."}
          },
          "required": ["id"],
          "additionalProperties": false
        }
        """;

    protected override string Risk => "low";

    protected override string Subject(Arguments arguments, ToolContext context) => arguments.Id;

    protected override IEnumerable<Demand> Demands(Arguments arguments, ToolContext context) =>
        [new Demand(Definition.Name, arguments.Id) { Harmless = true }];

    protected override async Task<ToolResult> Run(Arguments arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var command = context.Background.Find(arguments.Id);
        if (arguments.Kill)
            await command.Kill();
        else
            await command.News().WaitAsync(TimeSpan.FromSeconds(arguments.WaitSeconds ?? 0), context.Time, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        var state = command.State;
        var (text, truncated) = command.Read();
        return new ToolResult($"{(text.Length == 0 ? "(nothing new)" : text.TrimEnd('\n'))}\n({state})") { Truncated = truncated };
    }
}
