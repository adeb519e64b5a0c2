using System.CommandLine;
using Koda.Cli.Lists;
using Koda.Cli.Terminal;

namespace Koda.Cli.Sessions;

/// <summary><c>koda sessions</c></summary>
internal static class SessionsCommand
{
    private const int Usual = 20;

    private static readonly Listing<Code.Session> s_listing = new(
        session => session.Id,
        new("SESSION", session => session.Id),
        new("STATE", SessionView.State, Importance.Whole),
        new("AGENT", session => session.AgentId),
        new("USED", session => Units.Age(session.UpdatedAt)) { Right = true },
        new("COST", session => Units.Cost(session.TotalCost, session.UnpricedCalls), Importance.Detail) { Right = true },
        new("MODEL", session => session.ModelId, Importance.Extra),
        new("WORKSPACE", session => session.Workspace, Importance.Detail),
        new("TITLE", session => session.Title));

    public static Command Create(CommonOptions common)
    {
        var workspace = new Option<string?>("--workspace", "-w") { Description = "Only sessions of this directory.", HelpName = "DIR" };
        var limit = Limits.Option(Usual);
        var command = new TaughtCommand(
            "sessions",
            "Lists coding sessions, the last used first. koda chat --session ID goes on with one.",
            """
            koda sessions
            koda sessions --workspace . -o name
            koda sessions show 0198...
            koda sessions export 0198... > session.md
            koda sessions delete 0198...
            """
        )
        {
            workspace,
            limit,
            common.Output,
            Show(common),
            Export(common),
            Delete(common),
        };
        command.SetAction(
            async (parse, cancellationToken) =>
            {
                await using var session = common.Open(parse);
                var directory = parse.GetValue(workspace) is { } given ? Path.GetFullPath(given) : "";
                var sessions = await session
                    .Client.Sessions.ListAsync(directory, cancellationToken)
                    .Take(parse.GetValue(limit))
                    .ToListAsync(cancellationToken);
                s_listing.Write(
                    session, sessions, items => JsonOutput.List("sessions", items), "There is no session. Begin one with: koda chat");
                return ExitCode.Ok;
            });
        return command;
    }

    private static Argument<string> Id() => new("session") { Description = "The session's id, as koda sessions shows it." };

    private static TaughtCommand Show(CommonOptions common)
    {
        var id = Id();
        var command = new TaughtCommand(
            "show", "Shows a session: its directory, agent, cost and newest turn.", "koda sessions show 0198...")
        {
            id,
        };
        command.SetAction(
            async (parse, cancellationToken) =>
            {
                await using var session = common.Open(parse);
                var found = await session.Client.Sessions.GetAsync(parse.GetRequiredValue(id), cancellationToken);
                session.Terminal.Out.WriteLine(session.Json ? JsonOutput.Text(found) : SessionView.Detail(session.Terminal, found));
                return ExitCode.Ok;
            });
        return command;
    }

    private static TaughtCommand Export(CommonOptions common)
    {
        var id = Id();
        var command = new TaughtCommand(
            "export",
            "Writes what was said in a session: as Markdown, or with --json the messages as REST shows them.",
            """
            koda sessions export 0198... > session.md
            koda sessions export 0198... --json | jq -r '.messages[].content'
            """) { id };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var session = common.Open(parse);
            var found = await session.Client.Sessions.GetAsync(parse.GetRequiredValue(id), cancellationToken);
            var messages = await session.Client.Sessions.ListMessagesAsync(found.Id, cancellationToken);
            session.Terminal.Out.WriteLine(session.Json ? JsonOutput.List("messages", messages) : SessionView.Markdown(found, messages));
            return ExitCode.Ok;
        });
        return command;
    }

    private static TaughtCommand Delete(CommonOptions common)
    {
        var id = Id();
        var command = new TaughtCommand(
            "delete", "Deletes a session with its messages and snapshots. The files stay as they are.", "koda sessions delete 0198...")
        {
            id,
        };
        command.SetAction(
            async (parse, cancellationToken) =>
            {
                await using var session = common.Open(parse);
                var name = parse.GetRequiredValue(id);
                await session.Client.Sessions.DeleteAsync(name, cancellationToken);
                session.Terminal.Out.WriteLine(session.Json ? """{"ok":true}""" : $"{name} is deleted.");
                return ExitCode.Ok;
            });
        return command;
    }
}
