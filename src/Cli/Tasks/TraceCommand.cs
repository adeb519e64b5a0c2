using System.CommandLine;
using Koda.Cli.Terminal;

namespace Koda.Cli.Tasks;

/// <summary><c>koda trace</c></summary>
internal static class TraceCommand
{
    public static Command Create(CommonOptions common)
    {
        var id = TaskArgument.Create();
        var full = new Option<bool>("--full") { Description = "With prompts, answers, arguments and results." };
        var command = new TaughtCommand(
            "trace",
            "Shows every step of a task in order: provider calls, tool calls, memory and retrieval hits, audit events.",
            """
            koda trace tsk_... --full
            koda trace tsk_... --json | jq '.totals'
            """) { id, full };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var session = common.Open(parse);
            var trace = await session.Client.Tasks.GetTraceAsync(parse.GetRequiredValue(id), cancellationToken);
            if (session.Json)
                session.Terminal.Out.WriteLine(JsonOutput.Text(trace));
            else
                TraceView.Write(session.Terminal, trace, parse.GetValue(full));
            return ExitCode.Ok;
        });
        return command;
    }
}
