using System.CommandLine;
using Koda.Cli.Logging;
using Koda.Server.Hosting;

namespace Koda.Cli.Local;

/// <summary><c>koda server</c></summary>
internal static class ServerCommand
{
    private const int DefaultLeaseSeconds = 15;

    public static Command Create(CommonOptions common)
    {
        var listen = new Option<string?>("--listen")
        {
            Description = "The address to listen on. Default: $KODA_LISTEN, or http://127.0.0.1:8090.",
            HelpName = "URL",
        };
        var database = new Option<string?>("--database-url")
        {
            Description = "A PostgreSQL server of yours. Default: $KODA_DATABASE_URL, or a private one in the data directory.",
            HelpName = "URL",
        };
        var lease = new Option<int>("--lease")
        {
            Description = "How many seconds a worker may be silent before its tasks go to another one.",
            HelpName = "SECONDS",
            DefaultValueFactory = _ => DefaultLeaseSeconds,
        };
        lease.Validators.Add(given =>
        {
            if (given.GetValueOrDefault<int>() < 1)
                given.AddError("--lease takes a whole number of seconds above 0.");
        });
        var format = LogOptions.FormatOption();
        var supervised = new Option<bool>("--supervised") { Hidden = true };
        var command = new TaughtCommand(
            "server",
            "Runs the server in the foreground, alone. SIGTERM ends it after the calls under way.",
            """
            koda server --data /var/lib/koda
            KODA_DATABASE_URL=postgres://koda@db/koda koda server --listen http://0.0.0.0:8090
            """,
            ExitCode.Explanation)
        {
            listen,
            database,
            lease,
            format,
            supervised,
        };
        command.SetAction(
            async (parse, cancellationToken) =>
            {
                await using var session = common.Open(parse);
                if (parse.GetValue(supervised))
                    NativeProcess.LeaveTerminal();
                var environment = session.Terminal.Environment;
                var url = ListenAddress.Parse(parse.GetValue(listen) ?? environment("KODA_LISTEN") ?? ListenAddress.Default);
                ListenAddress.RequireFree(url);
                var local = new LocalServer(session.Files.Directory);
                local.Prepare();
                var logging = LogOptions.Parse(parse.GetValue(format), environment);
                using var log = OperatorLog.Open(logging, local.Log("server"), console: !parse.GetValue(supervised));
                local.WriteUrl(ListenAddress.ForClients(url));
                await Run(
                    new ServerOptions
                    {
                        DataDirectory = session.Files.Directory,
                        Listen = url,
                        DatabaseUrl = parse.GetValue(database) ?? environment("KODA_DATABASE_URL"),
                        Lease = TimeSpan.FromSeconds(parse.GetValue(lease)),
                        AllowedHosts = (environment("KODA_ALLOWED_HOSTS") ?? "").Split(
                            ',',
                            StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
                        Security = ServerSecurity.FromEnvironment(environment),
                        TelemetrySettings = environment,
                        Report = log.CreateLogger("server").Said,
                        Log = log.Provider,
                        LogLevel = logging.Level,
                    },
                    cancellationToken);
                return ExitCode.Ok;
            });
        return command;
    }

    private static async Task Run(ServerOptions options, CancellationToken stop)
    {
        try
        {
            await ServerHost.Run(options, stop);
        }
        catch (ServerStartException e)
        {
            var (exitCode, code) =
                e.Fault == StartFault.Database ? (ExitCode.Database, "database.unusable") : (ExitCode.Address, "port.taken");
            throw new CliException(e.Message, exitCode, e.Hint, code);
        }
        catch (ArgumentException e)
        {
            throw new CliException(e.Message, ExitCode.Usage, code: "cli.usage");
        }
        catch (Exception e) when (e is InvalidOperationException or IOException)
        {
            throw new CliException(e.Message, code: "server.not_started");
        }
    }
}
