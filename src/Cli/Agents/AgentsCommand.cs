using System.CommandLine;
using Koda.Cli.Lists;
using Koda.Cli.Terminal;

namespace Koda.Cli.Agents;

/// <summary><c>koda agents</c></summary>
internal static class AgentsCommand
{
    private static readonly Listing<Runtime.Agent> s_listing = new(
        agent => agent.Id,
        new("AGENT", agent => agent.Id),
        new("STATE", agent => agent.State.ToString().ToLowerInvariant()),
        new("PROVIDER", agent => agent.Provider),
        new("MODEL", agent => agent.Model),
        new("RUNNING", agent => $"{agent.RunningTasks}") { Right = true },
        new("QUEUED", agent => $"{agent.QueuedTasks}") { Right = true },
        new("VERSION", agent => agent.Publication is { } publication ? $"{publication.Version}" : "", Importance.Extra) { Right = true },
        new("TOOLS", agent => string.Join(' ', agent.Tools), Importance.Extra),
        new("DESCRIPTION", agent => agent.Description, Importance.Detail));

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
            """
        )
        {
            common.Output,
            ShowAgentCommand.Create(common),
            ApplyAgentCommand.Create(common),
            AgentSecretCommand.Create(common),
        };
        foreach (var more in DraftCommands.Create(common).Concat(LifecycleCommands.Create(common)).Concat(VersionCommands.Create(common)))
            command.Add(more);
        command.SetAction(
            async (parse, cancellationToken) =>
            {
                await using var session = common.Open(parse);
                var agents = await session.Client.Agents.ListAsync(cancellationToken: cancellationToken).ToListAsync(cancellationToken);
                s_listing.Write(session, agents, JsonOutput.List, "There is no agent. Publish one with: koda agents apply agent.yaml");
                return ExitCode.Ok;
            });
        return command;
    }
}
