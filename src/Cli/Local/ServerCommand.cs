using System.CommandLine;
using Koda.Server.Hosting;

namespace Koda.Cli.Local;

/// <summary><c>koda server</c></summary>
internal static class ServerCommand
{
    public static Command Create(CommonOptions common)
    {
        var database = new Option<string?>("--database-url")
        {
            Description = "The PostgreSQL to use. Default: $KODA_DATABASE_URL, or a private one in the data directory.",
            HelpName = "URL",
        };
        var supervised = new Option<bool>("--supervised") { Hidden = true };
        var command = new TaughtCommand(
            "server",
            "Runs a server in the foreground. SIGTERM lets calls end first. `koda up` runs one together with a worker.",
            """
            koda server --listen http://127.0.0.1:8090
            KODA_DATABASE_URL=postgres://koda@db.example/koda koda server --data /var/lib/koda
            """) { UpOptions.ListenOption, database, supervised };
        command.SetAction(async (parse, cancellation) =>
        {
            await using var session = common.Open(parse);
            if (parse.GetValue(supervised)) NativeProcess.LeaveTerminal();
            var options = new ServerOptions
            {
                DataDirectory = session.Files.Directory,
                Listen = ListenAddress.Parse(parse.GetRequiredValue(UpOptions.ListenOption)),
                DatabaseUrl = parse.GetValue(database) ?? session.Terminal.Environment("KODA_DATABASE_URL"),
            };
            try
            {
                await ServerHost.RunAsync(options, cancellation);
            }
            catch (Exception e) when (e is InvalidOperationException or ArgumentException or IOException)
            {
                throw new CliException(e.Message, ExitCode.Failed, code: "server.not_started");
            }

            return ExitCode.Ok;
        });
        return command;
    }
}
