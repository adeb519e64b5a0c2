using System.CommandLine;
using Koda.Cli.Terminal;
using Spectre.Console;

namespace Koda.Cli.Agents;

/// <summary><c>koda agents</c></summary>
internal static class AgentsCommand
{
    public static Command Create(CommonOptions common)
    {
        var command = new TaughtCommand(
            "agents",
            "Lists the agents that can be given work.",
            """
            koda agents
            koda agents show atlas
            koda agents apply reviewer.yaml
            koda agents create scout
            koda agents diff scout
            koda agents publish scout
            """)
        { ShowAgentCommand.Create(common), ApplyAgentCommand.Create(common), AgentSecretCommand.Create(common) };
        foreach (var more in DraftCommands.Create(common).Concat(LifecycleCommands.Create(common)).Concat(VersionCommands.Create(common))) command.Add(more);
        command.SetAction(async (parse, cancellation) =>
        {
            await using var session = common.Open(parse);
            var agents = await session.Client.Agents.ListAsync(cancellation: cancellation).ToListAsync(cancellation);
            if (session.Json) session.Terminal.Out.WriteLine(JsonOutput.List(agents));
            else session.Terminal.Write(View(agents));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Table View(List<Runtime.Agent> agents)
    {
        var table = new Table().Border(TableBorder.None).AddColumns("AGENT", "STATE", "PROVIDER", "MODEL", "RUNNING", "QUEUED", "DESCRIPTION");
        foreach (var agent in agents)
            table.AddRow(Markup.Escape(agent.Id), agent.State.ToString().ToLowerInvariant(), Markup.Escape(agent.Provider), Markup.Escape(agent.Model),
                $"{agent.RunningTasks}", $"{agent.QueuedTasks}", Markup.Escape(Printable.Line(agent.Description, 60)));
        return table;
    }
}
