using System.CommandLine;
using System.CommandLine.Help;
using Koda.Cli.Terminal;
using Koda.Client;

namespace Koda.Cli;

/// <summary>The command line as a whole.</summary>
internal static class KodaCommand
{
    // Long enough for a server or worker to drain after SIGTERM.
    private static readonly TimeSpan s_termination = TimeSpan.FromMinutes(2);

    private const string Examples = """
        koda up                                          start a server and a worker on this machine
        koda chat                                        talk with an agent about the files of this directory
        koda run --agent atlas "Audit this repository."  give an agent work and watch it
        koda tasks                                       what was done
        koda trace tsk_...                               every step of a task
        koda doctor                                      what is missing, and how to get it
        """;

    public static async Task<int> Run(string[] args, CliTerminal terminal)
    {
        var common = new CommonOptions(terminal);
        var parse = Create(common).Parse(args switch
        {
            [] => ["--help"],
            ["help", .. var command] => [.. command, "--help"],
            _ => args,
        });
        try
        {
            if (WrongUsage.Find(parse) is { } wrong)
                throw wrong;
            return await parse.InvokeAsync(new InvocationConfiguration
            {
                Output = terminal.Out,
                Error = terminal.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = parse.CommandResult.Command is TaughtCommand { KeepsInterrupts: true } ? null : s_termination,
            });
        }
        catch (Exception e)
            when (e is KodaException or CliException or OperationCanceledException or IOException or UnauthorizedAccessException)
        {
            return ErrorReport.Write(
                terminal, common.Format(parse) == Lists.ListFormat.Json, e, parse.CommandResult, parse.GetValue(common.Verbose));
        }
    }

    private static RootCommand Create(CommonOptions common)
    {
        var root = new RootCommand("Runs, watches, steers and audits AI agents on a Koda server.")
        {
            common.Json,
            common.Data,
            common.Url,
            common.Verbose,
            Local.UpCommand.Create(common),
            Local.DownCommand.Create(common),
            Onboarding.OnboardCommand.Create(common),
            Local.ServerCommand.Create(common),
            Local.WorkerCommand.Create(common),
            Workers.WorkersCommand.Create(common),
            Logs.LogsCommand.Create(common),
            Chat.ChatCommand.Create(common),
            Sessions.SessionsCommand.Create(common),
            Tasks.RunCommand.Create(common),
            Tasks.TasksCommand.Create(common),
            Tasks.WatchCommand.Create(common),
            Tasks.TraceCommand.Create(common),
            Approvals.ApproveCommand.Create(common),
            Operations.RunsCommand.Create(common),
            Operations.InboxCommand.Create(common),
            Operations.CostsCommand.Create(common),
            Agents.AgentsCommand.Create(common),
            Providers.ProvidersCommand.Create(common),
            Providers.ModelsCommand.Create(common),
            Skills.SkillsCommand.Create(common),
            Identity.LoginCommand.Create(common), Identity.LogoutCommand.Create(common),
            Identity.RegisterCommand.Create(common), Identity.SetupCodeCommand.Create(common),
            Identity.PasswordCommand.Create(common), Identity.TokenCommand.Create(common), Identity.AuditCommand.Create(common),
            Settings.SettingsCommand.Create(common),
            Secrets.SecretsCommand.Create(common),
            Doctor.DoctorCommand.Create(common),
            Evidence.VerifyCommand.Create(common),
            Backups.BackupCommand.Create(common),
            Backups.RestoreCommand.Create(common),
            Bench.BenchCommand.Create(common),
            OpenApi.OpenApiCommand.Create(common),
            CompletionCommand.Create(common),
            Manual.ManCommand.Create(common),
            VersionCommand.Create(common),
        };
        foreach (var steering in Tasks.SteeringCommands.Create(common))
            root.Add(steering);
        if (root.Options.OfType<HelpOption>().Single() is { Action: HelpAction options } help)
            help.Action = new HelpText(options, HelpText.Examples(Examples) + "\n\n" + ExitCode.Explanation);
        return root;
    }
}
