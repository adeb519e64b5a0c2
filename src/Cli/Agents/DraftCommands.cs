using System.CommandLine;
using Koda.Cli.Terminal;
using Koda.Protos.ControlPlane.V1;

namespace Koda.Cli.Agents;

/// <summary><c>koda agents create</c>, <c>edit</c> and <c>clone</c></summary>
internal static class DraftCommands
{
    public static IEnumerable<Command> Create(CommonOptions common)
    {
        yield return Create(common, AgentArgument.Create());
        yield return Edit(common);
        yield return Clone(common, AgentArgument.Create("source"), AgentArgument.Create());
    }

    private static TaughtCommand Create(CommonOptions common, Argument<string> id)
    {
        var file = new Option<string?>("--file")
        {
            Description = "A YAML or JSON file with the draft; its id is not looked at. '-' reads stdin.",
        };
        var command = new TaughtCommand(
            "create",
            "Creates an agent as a draft. It takes work once it is published.",
            "koda agents create scout\nkoda agents create scout --file scout.yaml")
        {
            id,
            file,
        };
        command.SetAction(
            async (parse, cancellationToken) =>
            {
                await using var session = common.Open(parse);
                var definition = parse.GetValue(file) is { } path
                    ? ApplyAgentCommand.Read(session.Terminal, path).Definition
                    : new AgentDefinition();
                var created = await session.Client.Agents.CreateAsync(parse.GetRequiredValue(id), definition, cancellationToken);
                session.Terminal.Out.WriteLine(
                    session.Json
                        ? JsonOutput.Text(created)
                        : $"{created.AgentId} is a draft. Publish it: koda agents publish {created.AgentId}");
                return ExitCode.Ok;
            });
        return command;
    }

    private static TaughtCommand Edit(CommonOptions common)
    {
        var file = new Argument<string>("file") { Description = "A YAML or JSON file with the fields to change. '-' reads stdin." };
        var publish = new Option<bool>("--publish") { Description = "Publish the draft too." };
        var command = new TaughtCommand(
            "edit",
            "Puts the fields of a file into the draft of the agent that it names, and leaves the others.",
            "koda agents edit reviewer.yaml\nkoda agents edit reviewer.yaml --publish")
        {
            file,
            publish,
        };
        command.SetAction(
            async (parse, cancellationToken) =>
            {
                await using var session = common.Open(parse);
                var agent = ApplyAgentCommand.Read(session.Terminal, parse.GetRequiredValue(file));
                var edited = await session.Client.Agents.EditAsync(agent.Id, agent.Definition, cancellationToken: cancellationToken);
                if (parse.GetValue(publish))
                    return LifecycleCommands.Write(
                        session, await session.Client.Agents.PublishAsync(edited.AgentId, edited.Etag, cancellationToken));
                session.Terminal.Out.WriteLine(
                    session.Json ? JsonOutput.Text(edited)
                    : edited.HasUnpublishedChanges ? $"The draft of {edited.AgentId} has unpublished changes."
                    : $"{edited.AgentId} is unchanged at version {edited.Version}.");
                return ExitCode.Ok;
            });
        return command;
    }

    private static TaughtCommand Clone(CommonOptions common, Argument<string> source, Argument<string> id)
    {
        var name = new Option<string>("--name") { Description = "The new agent's name for people.", DefaultValueFactory = _ => "" };
        var command = new TaughtCommand(
            "clone",
            "Creates a draft that is like another agent's, without its secrets.",
            "koda agents clone atlas atlas-strict --name \"Strict Atlas\"")
        {
            source, id, name,
        };
        command.SetAction(
            async (parse, cancellationToken) =>
            {
                await using var session = common.Open(parse);
                var clone = await session.Client.Agents.CloneAsync(
                    parse.GetRequiredValue(source), parse.GetRequiredValue(id), parse.GetValue(name) ?? "", cancellationToken);
                session.Terminal.Out.WriteLine(session.Json ? JsonOutput.Text(clone) : $"{clone.AgentId} is a draft.");
                return ExitCode.Ok;
            });
        return command;
    }
}
