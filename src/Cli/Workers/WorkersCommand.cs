using System.CommandLine;
using Koda.Cli.Terminal;
using Spectre.Console;

namespace Koda.Cli.Workers;

/// <summary><c>koda workers</c></summary>
internal static class WorkersCommand
{
    public static Command Create(CommonOptions common)
    {
        var command = new TaughtCommand("workers", "Lists the connected workers and how each runs the commands of agents.", "koda workers");
        command.SetAction(async (parse, cancellation) =>
        {
            await using var session = common.Open(parse);
            var workers = await session.Client.ListWorkersAsync(cancellation);
            if (session.Json)
                session.Terminal.Out.WriteLine(JsonOutput.List(workers));
            else if (workers.Count == 0)
                session.Terminal.Out.WriteLine("None is connected. Start one with: koda worker");
            else
                session.Terminal.Write(Table(workers));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Table Table(IEnumerable<Runtime.Worker> workers)
    {
        var table = new Table().Border(TableBorder.None).AddColumns("NAME", "SLOTS", "COMMANDS", "CONNECTED");
        foreach (var worker in workers)
            table.AddRow(Markup.Escape(Printable.Text(worker.Name)), $"{worker.Slots}", Markup.Escape(Printable.Text(Commands(worker))), Units.Age(worker.ConnectedAt));
        return table;
    }

    private static string Commands(Runtime.Worker worker) => worker.Commands switch
    {
        Runtime.CommandMode.Confined => "in a sandbox",
        Runtime.CommandMode.Asked => $"each asked about: {worker.UnconfinedReason}",
        Runtime.CommandMode.Unconfined => $"unconfined, by rules alone: {worker.UnconfinedReason}",
        _ => "unknown",
    };
}
