using System.CommandLine;
using System.Globalization;
using Grpc.Core;
using Koda.Cli.Logging;
using Koda.Server.Hosting;
using Koda.Worker.Session;
using Microsoft.Extensions.Logging;
using OpenTelemetry;

namespace Koda.Cli.Local;

/// <summary><c>koda worker</c></summary>
internal static class WorkerCommand
{
    private const int DefaultSlots = 4;

    public static Command Create(CommonOptions common)
    {
        var workspace = new Option<string?>("--workspace", "-w")
        {
            Description = "The directory of tasks that name none. Default: $KODA_WORKSPACE, or the current one.",
            HelpName = "DIR",
        };
        var slots = new Option<int?>("--slots") { Description = $"How many tasks run at once. Default: $KODA_SLOTS, or {DefaultSlots}." };
        var name = new Option<string?>("--name") { Description = "The name shown to people. Default: the machine's." };
        var agents = new Option<string[]>("--agent") { Description = "Run only this agent's tasks. May be repeated.", HelpName = "ID" };
        var role = new Option<string?>("--role")
        {
            Description = "What this worker is for: agents whose route names it are run here.",
            HelpName = "NAME",
        };
        var tags = new Option<string[]>("--tag")
        {
            Description = "What this worker has, as routes of agents name it. May be repeated.",
            HelpName = "NAME",
        };
        var noSandbox = new Option<bool>("--no-sandbox")
        {
            Description = "Run commands without bwrap, with this user's rights and network.",
        };
        var unconfined = new Option<bool>("--unconfined-commands")
        {
            Description =
                "Where there is no sandbox, run tasks' commands by the agent's rules alone. Default: $KODA_UNCONFINED_COMMANDS, or ask about each.",
        };
        var privateFetch = new Option<bool>("--allow-private-fetch")
        {
            Description = "Let the fetch tool reach loopback and private addresses.",
        };
        var projectServers = new Option<bool>("--trust-project-servers")
        {
            Description = "Start the tool servers that a project names in .koda/mcp.json.",
        };
        var format = LogOptions.FormatOption();
        var supervised = new Option<bool>("--supervised") { Hidden = true };
        var command = new TaughtCommand(
            "worker",
            "Runs a worker in the foreground: it claims tasks and runs agents on this machine's files. SIGTERM gives its tasks back first.",
            """
            koda worker --workspace ~/src --slots 8
            koda worker --root ~/src --root /srv/src
            KODA_URL=http://koda.example:8090 KODA_TOKEN=... koda worker --agent atlas
            """
        )
        {
            workspace,
            WorkerRoots.Option,
            slots,
            name,
            agents,
            role,
            tags,
            noSandbox,
            unconfined,
            privateFetch,
            projectServers,
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
                var options = new WorkerOptions
                {
                    ServerUrl = session.Client.Options.Url,
                    Token = Token(session),
                    Slots = parse.GetValue(slots) ?? ParseSlots(environment("KODA_SLOTS")),
                    Name = parse.GetValue(name) ?? Environment.MachineName,
                    AgentIds = parse.GetValue(agents) ?? [],
                    Role = parse.GetValue(role) ?? "",
                    Tags = parse.GetValue(tags) ?? [],
                    WorkspaceRoots = WorkerRoots.Of(parse, environment, parse.GetValue(workspace) ?? environment("KODA_WORKSPACE")),
                    DefaultWorkspace = Path.GetFullPath(
                        parse.GetValue(workspace) ?? environment("KODA_WORKSPACE") ?? Directory.GetCurrentDirectory()),
                    Sandbox = !parse.GetValue(noSandbox),
                    UnconfinedCommands =
                        parse.GetValue(unconfined) || ParseFlag("KODA_UNCONFINED_COMMANDS", environment("KODA_UNCONFINED_COMMANDS")),
                    AllowPrivateFetch = parse.GetValue(privateFetch),
                    TrustProjectServers = parse.GetValue(projectServers),
                    DataDirectory = Path.Combine(session.Files.Directory, "worker"),
                    PrivateDirectories = [session.Files.Directory],
                };
                var local = new LocalServer(session.Files.Directory);
                local.Prepare();
                using var log = OperatorLog.Open(
                    LogOptions.Parse(parse.GetValue(format), environment), local.Log("worker"), console: !parse.GetValue(supervised));
                using var telemetry = Telemetry.Start("koda-worker", environment, logging =>
                    logging.SetMinimumLevel(log.Level).AddProvider(log.Provider));
                var logger = telemetry?.GetLoggerFactory().CreateLogger("worker") ?? log.CreateLogger("worker");
                await Run(session, options, logger, cancellationToken);
                return ExitCode.Ok;
            });
        return command;
    }

    private static async Task Run(Session session, WorkerOptions options, ILogger log, CancellationToken stop)
    {
        try
        {
            await WorkerHost.Run(options, session.Client.CallInvoker, log, stop);
        }
        catch (RpcException e)
        {
            throw new CliException(
                $"The server refuses this worker: {e.Status.Detail}", ExitCode.Refused, "Check KODA_TOKEN.", "worker.refused");
        }
        catch (ArgumentException e)
        {
            throw new CliException(e.Message, ExitCode.Usage, code: "cli.usage");
        }
    }

    private static string Token(Session session) =>
        session.Terminal.Environment("KODA_TOKEN")
        ?? session.Files.ReadWorkerToken()
        ?? session.Client.Options.Token
        ?? throw new CliException(
            "The worker has no token.", ExitCode.Refused, "Set KODA_TOKEN, or --data to the server's data directory.", "auth.no_token");

    private static bool ParseFlag(string name, string? text) => text switch
    {
        null or "" => false,
        _ when bool.TryParse(text, out var flag) => flag,
        _ => throw new CliException($"{name} must be true or false, not '{text}'.", ExitCode.Usage, code: "cli.usage"),
    };

    private static int ParseSlots(string? text) => text switch
    {
        null or "" => DefaultSlots,
        _ when int.TryParse(text, CultureInfo.InvariantCulture, out var slots) && slots > 0 => slots,
        _ => throw new CliException($"KODA_SLOTS must be a whole number above 0, not '{text}'.", ExitCode.Usage, code: "cli.usage"),
    };
}
