using System.CommandLine;
using System.Text.Json;
using Koda.Cli.Doctor;
using Koda.Cli.Logging;
using Koda.Cli.Onboarding;
using Koda.Cli.Terminal;

namespace Koda.Cli.Local;

/// <summary><c>koda up</c></summary>
internal static class UpCommand
{
    public static Command Create(CommonOptions common)
    {
        var detach = new Option<bool>("--detach", "-d") { Description = "Return when ready; server and worker go on in the background." };
        var supervised = new Option<bool>("--supervised") { Hidden = true };
        var command = new TaughtCommand(
            "up",
            "Starts a server and a worker on this machine, each as a process of its own, and starts them again when they crash.",
            """
            koda up
            koda up --detach --data ./state --listen http://127.0.0.1:9000
            koda up --workspace ~/src/shop --root ~/src --slots 8
            """,
            "KODA_DATABASE_URL uses a PostgreSQL server of yours; without it a private one runs in the data directory.\n\n"
                + ExitCode.Explanation)
        {
            UpOptions.ListenOption,
            UpOptions.WorkspaceOption,
            WorkerRoots.Option,
            UpOptions.SlotsOption,
            UpOptions.NoWorkerOption,
            UpOptions.UnconfinedOption,
            UpOptions.LogFormatOption,
            detach,
            supervised,
        };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var session = common.Open(parse);
            var options = UpOptions.From(parse, session);
            var local = new LocalServer(options.Data);
            if (parse.GetValue(supervised))
                NativeProcess.LeaveTerminal();
            if (local.Supervisor.Find() is { } running && running.Id != Environment.ProcessId)
                return await ReportRunning(session, local, cancellationToken);
            await local.Stop(cancellationToken);
            ListenAddress.RequireFree(options.Listen);
            local.Prepare();
            return parse.GetValue(detach)
                ? await DetachedStart.Run(session, local, options, cancellationToken)
                : await Run(session, local, options, parse.GetValue(supervised), cancellationToken);
        });
        return command;
    }

    private static async Task<int> Run(
        Session session, LocalServer local, UpOptions options, bool supervised, CancellationToken cancellationToken)
    {
        using var log = OperatorLog.Open(options.Log, local.Log("up"), console: false);
        var progress = new ProgressLine(session.Terminal, supervised || session.Json);
        local.Supervisor.Write(Environment.ProcessId);
        try
        {
            await new Supervisor(local, options, new StartWatch(local, progress), Report).Run(Ready, cancellationToken);
            return ExitCode.Ok;
        }
        finally
        {
            progress.Abandon();
            local.Supervisor.Delete();
        }

        // Nobody reads the welcome of a supervisor in the background: koda up --detach gives it.
        Task Ready()
        {
            progress.End();
            return supervised ? Task.CompletedTask : Welcome(session, local, options.Address, cancellationToken);
        }

        void Report(string line)
        {
            log.CreateLogger("up").Said(line);
            if (!supervised)
                session.Terminal.Error.WriteLine(line);
        }
    }

    private static async Task<int> ReportRunning(Session session, LocalServer local, CancellationToken cancellationToken)
    {
        var url = local.Files.ReadUrl() ?? throw new CliException($"Another koda up is starting with '{local.Files.Directory}'.");
        if (await ReadyProbe.Ask(url, cancellationToken) is not { Ready: true })
            throw new CliException($"koda up runs already, but the server does not answer. Its log is '{local.NewestLog("server")}'");
        if (!session.Json)
            session.Terminal.Error.WriteLine("Koda is up already.");
        await Welcome(session, local, url, cancellationToken);
        return ExitCode.Ok;
    }

    /// <summary>Says where everything is, and helps with what is not set up yet.</summary>
    public static async Task Welcome(Session session, LocalServer local, Uri url, CancellationToken cancellationToken)
    {
        Announce(session, local, url);
        if (!session.Json)
        {
            await foreach (var missing in Probe.Run(ProgramChecks.Worker, cancellationToken).Where(check => check.Status != CheckStatus.Ok))
                session.Terminal.Say($"{session.Terminal.PaintError("Missing:", Tone.Notice)} {missing.Detail}. {missing.Advice}");
        }
        await OnboardCommand.Offer(session, cancellationToken);
    }

    private static void Announce(Session session, LocalServer local, Uri url)
    {
        var address = url.GetLeftPart(UriPartial.Authority);
        var token = ShellText.Quote(local.Files.OperatorTokenFile);
        var terminal = session.Terminal;
        if (session.Json)
        {
            terminal.Out.WriteLine(JsonSerializer.Serialize(new
            {
                url = address,
                data = local.Files.Directory,
                operator_token_file = local.Files.OperatorTokenFile,
                docs = address + "/docs",
            }));
            return;
        }
        terminal.SayOut(
            $"{terminal.Paint("Koda is ready", Tone.Good)} at {address}   docs {address}/docs   logs {ShellText.Quote(local.Logs)}\n");
        // Whole lines, however narrow the screen is: they are there to be copied.
        terminal.Out.WriteLine(
            $"""
              {terminal.Program} run --agent atlas "Audit this repository."
              curl -H "Authorization: Bearer $(cat {token})" {address}/api/runtime/agents
              buf curl --protocol grpc --http2-prior-knowledge -H "Authorization: Bearer $(cat {token})" {address}/koda.runtime.v1.AgentService/ListAgents
            """);
    }
}
