using System.CommandLine;
using Google.Protobuf.Collections;
using Koda.Cli.Lists;
using Koda.Cli.Terminal;

namespace Koda.Cli.Workers;

/// <summary><c>koda workers</c></summary>
internal static class WorkersCommand
{
    private static readonly Listing<Runtime.Worker> s_listing = new(
        worker => worker.Id,
        new("WORKER", worker => worker.Name),
        new("VERSION", worker => worker.Version, Importance.Detail),
        new("BUSY", worker => $"{worker.TaskIds.Count + worker.Turns} of {worker.Slots}", Importance.Whole) { Right = true },
        new("CONNECTED", worker => Units.Age(worker.ConnectedAt)) { Right = true },
        new("AGENTS", worker => AnyOr(worker.AgentIds)),
        new("COMMANDS", Commands, Importance.Detail)
        {
            Tone = worker => worker.Commands == Runtime.CommandMode.Confined ? Tone.Plain : Tone.Notice,
        },
        new("ROOTS", worker => AnyOr(worker.WorkspaceRoots)),
        new("ROLE", worker => worker.Role, Importance.Extra),
        new("TAGS", worker => string.Join(' ', worker.Tags), Importance.Extra),
        new("WORKS ON", Work, Importance.Extra),
        new("ID", worker => worker.Id, Importance.Extra));

    public static Command Create(CommonOptions common)
    {
        var command = new TaughtCommand(
            "workers",
            "Lists the connected workers: since when, their slots, agents, directories and versions, and what each works on.",
            """
            koda workers
            koda workers -o wide
            koda workers --json | jq '.items[] | select(.task_ids != [])'
            """
        )
        {
            common.Output,
        };
        command.SetAction(
            async (parse, cancellationToken) =>
            {
                await using var session = common.Open(parse);
                s_listing.Write(
                    session,
                    await session.Client.ListWorkersAsync(cancellationToken),
                    JsonOutput.List,
                    "None is connected. Start one with: koda worker");
                return ExitCode.Ok;
            });
        return command;
    }

    private static string AnyOr(RepeatedField<string> some) => some.Count == 0 ? "any" : string.Join(' ', some);

    private static string Work(Runtime.Worker worker) =>
        string.Join(' ', worker.Turns > 0 ? worker.TaskIds.Append(Units.Count(worker.Turns, "turn")) : worker.TaskIds);

    private static string Commands(Runtime.Worker worker) => worker.Commands switch
    {
        Runtime.CommandMode.Confined => "in a sandbox",
        Runtime.CommandMode.Asked => $"each asked about: {worker.UnconfinedReason}",
        Runtime.CommandMode.Unconfined => $"unconfined, by rules alone: {worker.UnconfinedReason}",
        _ => "unknown",
    };
}
