using System.CommandLine;
using Koda.Cli.Lists;
using Koda.Cli.Terminal;

namespace Koda.Cli.Agents;

/// <summary><c>koda agents show</c></summary>
internal static class ShowAgentCommand
{
    public static Command Create(CommonOptions common)
    {
        var id = new Argument<string>("agent") { Description = "The agent's id." };
        var command = new TaughtCommand("show", "Shows one agent.", "koda agents show atlas --json") { id };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var session = common.Open(parse);
            var agent = await session.Client.Agents.GetAsync(parse.GetRequiredValue(id), cancellationToken);
            session.Terminal.Out.WriteLine(session.Json ? JsonOutput.Text(agent) : View(session.Terminal, agent));
            return ExitCode.Ok;
        });
        return command;
    }

    private static string View(CliTerminal terminal, Runtime.Agent agent) => new FactSheet(terminal)
        .Add("agent", agent.Id)
        .Add("name", agent.Name)
        .Add("description", agent.Description)
        .Add("state", agent.State.ToString().ToLowerInvariant())
        .Add("version", agent.Publication is { } p ? $"{p.Version}, published {Units.Moment(p.PublishedAt)}" : "never published")
        .Add("provider", agent.Provider)
        .Add("model", agent.Model)
        .Add("tools", string.Join(", ", agent.Tools))
        .Add("skills", string.Join(", ", agent.Skills))
        .Add("memory", agent.MemoryScope)
        .Add("concurrency", agent.MaxConcurrentTasks == 0 ? "no limit" : $"{agent.MaxConcurrentTasks}")
        .Add("tasks", $"{agent.RunningTasks} running, {agent.QueuedTasks} queued")
        .ToString();
}
