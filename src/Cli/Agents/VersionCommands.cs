using System.CommandLine;
using Koda.Cli.Lists;
using Koda.Cli.Terminal;
using Koda.Protos.ControlPlane.V1;

namespace Koda.Cli.Agents;

/// <summary><c>koda agents versions</c>, <c>diff</c> and <c>rollback</c></summary>
internal static class VersionCommands
{
    private static readonly Listing<AgentVersion> s_listing = new(
        version => $"{version.Version}",
        new("VERSION", version => $"{version.Version}") { Right = true },
        new("PUBLISHED", version => Units.Moment(version.PublishedAt)),
        new("BY", version => version.PublishedBy),
        new("SUMMARY", version => version.Summary, Importance.Detail));

    public static IEnumerable<Command> Create(CommonOptions common)
    {
        yield return Versions(common, AgentArgument.Create());
        yield return Diff(common, AgentArgument.Create());
        yield return RollBack(common, AgentArgument.Create());
    }

    private static TaughtCommand Versions(CommonOptions common, Argument<string> id)
    {
        var command = new TaughtCommand("versions", "Lists what was published of an agent, newest first.", "koda agents versions reviewer")
        {
            id,
            common.Output,
        };
        command.SetAction(
            async (parse, cancellationToken) =>
            {
                await using var session = common.Open(parse);
                var versions = await session
                    .Client.Agents.ListVersionsAsync(parse.GetRequiredValue(id), cancellationToken)
                    .ToListAsync(cancellationToken);
                s_listing.Write(session, versions, JsonOutput.List, "Nothing of it was published yet.");
                return ExitCode.Ok;
            });
        return command;
    }

    private static TaughtCommand Diff(CommonOptions common, Argument<string> id)
    {
        var from = new Option<string>("--from")
        {
            Description = "A version, or 'published' (as without it).",
            DefaultValueFactory = _ => "",
        };
        var to = new Option<string>("--to") { Description = "A version, or 'draft' (as without it).", DefaultValueFactory = _ => "" };
        var command = new TaughtCommand(
            "diff",
            "Shows what differs between two versions of an agent, field by field.",
            "koda agents diff reviewer\nkoda agents diff reviewer --from 1 --to 2")
        {
            id,
            from,
            to,
        };
        command.SetAction(
            async (parse, cancellationToken) =>
            {
                await using var session = common.Open(parse);
                var diff = await session.Client.Agents.DiffAsync(
                    parse.GetRequiredValue(id), parse.GetValue(from) ?? "", parse.GetValue(to) ?? "", cancellationToken);
                if (session.Json)
                    session.Terminal.Out.WriteLine(JsonOutput.Text(diff));
                else if (diff.Changes.Count == 0)
                    session.Terminal.Out.WriteLine($"{diff.From} and {diff.To} are the same.");
                foreach (var change in session.Json ? [] : diff.Changes)
                {
                    session.Terminal.Out.WriteLine(change.Path);
                    session.Terminal.Out.WriteLine(session.Terminal.Paint($"  - {Printable.Text(change.Before)}", Tone.Bad));
                    session.Terminal.Out.WriteLine(session.Terminal.Paint($"  + {Printable.Text(change.After)}", Tone.Good));
                }
                return ExitCode.Ok;
            });
        return command;
    }

    private static TaughtCommand RollBack(CommonOptions common, Argument<string> id)
    {
        var version = new Argument<int>("version") { Description = "The version to go back to." };
        var command = new TaughtCommand(
            "rollback", "Publishes an older version again, as a new version.", "koda agents rollback reviewer 3")
        {
            id,
            version,
        };
        command.SetAction(
            async (parse, cancellationToken) =>
            {
                await using var session = common.Open(parse);
                return LifecycleCommands.Write(
                    session,
                    await session.Client.Agents.RollBackAsync(
                        parse.GetRequiredValue(id), parse.GetRequiredValue(version), cancellationToken));
            });
        return command;
    }
}
