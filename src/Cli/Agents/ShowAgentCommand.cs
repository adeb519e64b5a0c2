using System.CommandLine;
using System.Text;
using Koda.Cli.Terminal;

namespace Koda.Cli.Agents;

/// <summary><c>koda agents show</c></summary>
internal static class ShowAgentCommand
{
    public static Command Create(CommonOptions common)
    {
        var id = new Argument<string>("agent") { Description = "The agent's id." };
        var command = new TaughtCommand("show", "Shows one agent.", "koda agents show atlas --json") { id };
        command.SetAction(async (parse, cancellation) =>
        {
            await using var session = common.Open(parse);
            var agent = await session.Client.Agents.GetAsync(parse.GetRequiredValue(id), cancellation);
            session.Terminal.Out.WriteLine(session.Json ? JsonOutput.Text(agent) : View(session.Terminal, agent));
            return ExitCode.Ok;
        });
        return command;
    }

    private static string View(CliTerminal terminal, Runtime.Agent agent)
    {
        var text = new StringBuilder();
        void Row(string name, string value)
        {
            if (value.Length > 0) text.AppendLine(terminal.Paint($"{name,-12}", Tone.Faint) + Printable.Text(value));
        }
        Row("agent", agent.Id);
        Row("name", agent.Name);
        Row("description", agent.Description);
        Row("state", agent.State.ToString().ToLowerInvariant());
        Row("version", agent.Publication is { } p ? $"{p.Version}, published {Units.Moment(p.PublishedAt)}" : "never published");
        Row("provider", agent.Provider);
        Row("model", agent.Model);
        Row("tools", string.Join(", ", agent.Tools));
        Row("skills", string.Join(", ", agent.Skills));
        Row("memory", agent.MemoryScope);
        Row("concurrency", agent.MaxConcurrentTasks == 0 ? "no limit" : $"{agent.MaxConcurrentTasks}");
        Row("tasks", $"{agent.RunningTasks} running, {agent.QueuedTasks} queued");
        return text.ToString().TrimEnd();
    }
}
