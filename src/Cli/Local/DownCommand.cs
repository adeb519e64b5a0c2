using System.CommandLine;
using System.Text.Json;
using Koda.Server.Hosting;

namespace Koda.Cli.Local;

/// <summary><c>koda down</c></summary>
internal static class DownCommand
{
    public static Command Create(CommonOptions common)
    {
        var command = new TaughtCommand(
            "down",
            "Stops the server and the worker of a data directory. Running tasks are given back first, and go on after the next start.",
            """
            koda down
            koda down --data ./state
            """);
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var session = common.Open(parse);
            var stopped = await new LocalServer(session.Files.Directory).Stop(cancellationToken);
            // A server that ended in good order has stopped it; a killed one could not.
            stopped |= await PrivateDatabase.Stop(session.Files.Directory, cancellationToken);
            session.Terminal.Out.WriteLine(session.Json
                ? JsonSerializer.Serialize(new { stopped })
                : stopped ? "Koda is stopped." : $"Nothing runs with '{session.Files.Directory}'.");
            return ExitCode.Ok;
        });
        return command;
    }
}
