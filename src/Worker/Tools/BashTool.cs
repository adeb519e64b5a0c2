namespace Koda.Worker.Tools;

/// <summary>Runs a shell command.</summary>
internal sealed class BashTool() : Tool<BashTool.Arguments>(ToolName, Description, Schema, readOnly: false)
{
    internal sealed record Arguments(string Command, int? TimeoutSeconds, bool Background = false);

    public const string ToolName = "bash";

    private const string Description =
        "Runs a command with bash in the workspace and gives its output and exit code. It has no terminal, no input, no credentials but the "
        + "agent's own secrets (in environment variables) and, in a sandbox, no network; processes left in the background are killed when it ends. Long output loses its middle.";

    private const string Schema =
        """
        {
          "type": "object",
          "properties": {
            "command": {"type": "string", "minLength": 1, "description": "The command line."},
            "background": {"type": "boolean", "description": "Let it run on: the answer is an id for bash_output. It goes on until you end it or your work is done, also while you wait for an answer. Default: false."},
            "timeout_seconds": {"type": "integer", "minimum": 1, "description": "When to give up, if sooner than the agent's limit."}
          },
          "required": ["command"],
          "additionalProperties": false
        }
        """;

    protected override IEnumerable<Demand> Demands(Arguments arguments, ToolContext context) => BashDemands.Of(arguments.Command, context);

    protected override string Risk => "high";

    protected override string Subject(Arguments arguments, ToolContext context) => arguments.Command;

    protected override Task<string> Preview(Arguments arguments, ToolContext context, CancellationToken cancellationToken) =>
        Task.FromResult(arguments.Command + context.Unconfined);

    protected override async Task<ToolResult> Run(Arguments arguments, ToolContext context, CancellationToken cancellationToken)
    {
        if (arguments.Background)
        {
            var started = context.Background.Start(arguments.Command, context);
            return new ToolResult($"Runs in the background as {started.Id}. Read what it prints by bash_output.");
        }
        var asked = TimeSpan.FromSeconds(arguments.TimeoutSeconds ?? int.MaxValue);
        var limit = asked < context.CommandTimeout ? asked : context.CommandTimeout;
        var result = await new Command(context with { CommandTimeout = limit }, writable: true)
            .Run(["/bin/bash", "--noprofile", "--norc", "-c", arguments.Command], context.Secrets, cancellationToken);
        var end = result.ExitCode is null ? $"(killed after {limit.TotalSeconds} seconds)" : $"(exit code {result.ExitCode})";
        return new ToolResult(result.Output.Length == 0 ? end : $"{result.Output.TrimEnd('\n')}\n{end}")
        {
            IsError = result.ExitCode != 0,
            Truncated = result.Truncated,
        };
    }
}
