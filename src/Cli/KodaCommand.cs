using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Koda.Cli.Terminal;
using Koda.Client;

namespace Koda.Cli;

/// <summary>The command line as a whole.</summary>
internal static class KodaCommand
{
    // Long enough for a server or worker to drain after SIGTERM.
    private static readonly TimeSpan Termination = TimeSpan.FromMinutes(2);

    private const string Examples = """
        koda up                                          start a server and a worker on this machine
        koda chat                                        talk with an agent about the files of this directory
        koda run --agent atlas "Audit this repository."  give an agent work and watch it
        koda tasks                                       what was done
        koda trace tsk_...                               every step of a task
        koda doctor                                      what is missing, and how to get it
        """;

    public static async Task<int> RunAsync(string[] args, CliTerminal terminal)
    {
        var common = new CommonOptions(terminal);
        var parse = Create(common).Parse(args is [] ? ["--help"] : args);
        if (parse.Action is ParseErrorAction error) error.ShowHelp = false;
        try
        {
            var code = await parse.InvokeAsync(new InvocationConfiguration
            {
                Output = parse.Errors.Count > 0 ? terminal.Error : terminal.Out,
                Error = terminal.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = parse.CommandResult.Command is TaughtCommand { KeepsInterrupts: true } ? null : Termination,
            });
            if (parse.Errors.Count == 0) return code;
            terminal.Error.WriteLine(parse.CommandResult.Command is RootCommand ? "Try: koda --help" : $"Try: koda {parse.CommandResult.Command.Name} --help");
            return ExitCode.Usage;
        }
        catch (Exception e) when (e is KodaException or CliException or OperationCanceledException)
        {
            return ErrorReport.Write(terminal, parse.GetValue(common.Json), e);
        }
    }

    private static RootCommand Create(CommonOptions common)
    {
        var root = new RootCommand("Runs, watches, steers and audits AI agents on a Koda server.")
        {
            common.Json, common.Data, common.Url,
            Local.UpCommand.Create(common), Local.DownCommand.Create(common),
            Onboarding.OnboardCommand.Create(common), Local.ServerCommand.Create(common), Local.WorkerCommand.Create(common),
            Chat.ChatCommand.Create(common), Tasks.RunCommand.Create(common), Tasks.TasksCommand.Create(common),
            Tasks.WatchCommand.Create(common), Tasks.TraceCommand.Create(common),
            Approvals.ApproveCommand.Create(common), Agents.AgentsCommand.Create(common),
            Providers.ProvidersCommand.Create(common), Providers.ModelsCommand.Create(common),
            Skills.SkillsCommand.Create(common),
            Identity.LoginCommand.Create(common), Identity.LogoutCommand.Create(common),
            Identity.RegisterCommand.Create(common), Identity.SetupCodeCommand.Create(common),
            Identity.PasswordCommand.Create(common), Identity.TokenCommand.Create(common), Identity.AuditCommand.Create(common),
            Settings.SettingsCommand.Create(common),
            Secrets.SecretsCommand.Create(common), Doctor.DoctorCommand.Create(common), Evidence.VerifyCommand.Create(common),
            Bench.BenchCommand.Create(common), OpenApiCommand.Create(common), VersionCommand.Create(common),
        };
        foreach (var steering in Tasks.SteeringCommands.Create(common)) root.Add(steering);
        if (root.Options.OfType<HelpOption>().Single() is { Action: HelpAction options } help)
            help.Action = new HelpText(options, HelpText.Examples(Examples) + "\n\n" + ExitCode.Explanation);
        return root;
    }
}
