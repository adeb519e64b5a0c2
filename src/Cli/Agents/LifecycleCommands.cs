using System.CommandLine;
using Koda.Cli.Terminal;
using Koda.Client.Agents;
using Koda.Protos.ControlPlane.V1;

namespace Koda.Cli.Agents;

/// <summary><c>koda agents publish</c>, <c>activate</c>, <c>pause</c>, <c>archive</c> and <c>delete</c></summary>
internal static class LifecycleCommands
{
    public static IEnumerable<Command> Create(CommonOptions common)
    {
        yield return Act(common, "publish", "Publishes the draft: tasks that are submitted from now on run on it.",
            async (session, id, c) => Write(session, await session.Client.Agents.PublishAsync(id, cancellationToken: c)));
        yield return Move(common, "activate", "Lets a published agent take work.", (agents, id, c) => agents.ActivateAsync(id, c));
        yield return Move(
            common,
            "pause",
            "Lets an agent take no work for now. Its running tasks are queued again after their current step.",
            (agents, id, c) => agents.PauseAsync(id, c));
        yield return Move(common, "archive", "Puts an agent away. Activating it brings it back.", (agents, id, c) =>
            agents.ArchiveAsync(id, c));
        yield return Act(
            common,
            "delete",
            "Deletes an agent with its draft and its secrets. Its tasks keep their history.",
            async (session, id, c) =>
            {
                var deleted = await session.Client.Agents.DeleteAsync(id, c);
                session.Terminal.Out.WriteLine(session.Json ? JsonOutput.Text(deleted) : $"{id} is deleted.");
                return ExitCode.Ok;
            });
    }

    public static int Write(Session session, AgentPublication published)
    {
        if (session.Json)
        {
            session.Terminal.Out.WriteLine(JsonOutput.Text(published));
            return ExitCode.Ok;
        }
        session.Terminal.Out.WriteLine($"{published.AgentId} is at version {published.Version}. {Printable.Line(published.Summary, 200)}");
        foreach (var warning in published.Warnings)
            session.Terminal.Out.WriteLine($"  {Printable.Line(warning.Path, 80)} {Printable.Line(warning.Message, 200)}");
        return ExitCode.Ok;
    }

    private static TaughtCommand Move(
        CommonOptions common, string name, string summary, Func<AgentClient, string, CancellationToken, Task<AgentConfiguration>> call) =>
        Act(common, name, summary, async (session, id, c) =>
        {
            var agent = await call(session.Client.Agents, id, c);
            session.Terminal.Out.WriteLine(
                session.Json ? JsonOutput.Text(agent) : $"{agent.AgentId} is {agent.State.ToString().ToLowerInvariant()}.");
            return ExitCode.Ok;
        });

    private static TaughtCommand Act(
        CommonOptions common, string name, string summary, Func<Session, string, CancellationToken, Task<int>> act)
    {
        var id = AgentArgument.Create();
        var command = new TaughtCommand(name, summary, $"koda agents {name} reviewer") { id };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var session = common.Open(parse);
            return await act(session, parse.GetRequiredValue(id), cancellationToken);
        });
        return command;
    }
}
