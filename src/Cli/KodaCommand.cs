using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
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
        var parse = Create(common).Parse(args switch
        {
            [] => ["--help"],
            ["help", .. var command] => [.. command, "--help"],
            _ => args,
        });
        try
        {
            if (parse.Action is ParseErrorAction problem) throw WrongUsage(parse, problem);
            return await parse.InvokeAsync(new InvocationConfiguration
            {
                Output = terminal.Out,
                Error = terminal.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = parse.CommandResult.Command is TaughtCommand { KeepsInterrupts: true } ? null : Termination,
            });
        }
        catch (Exception e) when (e is KodaException or CliException or OperationCanceledException)
        {
            return ErrorReport.Write(terminal, parse.GetValue(common.Json), e);
        }
    }

    private static CliException WrongUsage(ParseResult parse, ParseErrorAction problem)
    {
        problem.ShowHelp = false;
        using var said = new StringWriter();
        parse.Invoke(new InvocationConfiguration { Output = said, Error = said });
        // The library names types of .NET.
        var words = said.ToString().Trim().Replace("as expected type 'System.Int32'", "as a whole number", StringComparison.Ordinal);
        return new CliException(words, ExitCode.Usage, $"Try: {PathOf(parse.CommandResult)} --help", "cli.usage");
    }

    private static string PathOf(CommandResult command) =>
        command.Parent is CommandResult parent ? $"{PathOf(parent)} {command.Command.Name}" : "koda";

    private static RootCommand Create(CommonOptions common)
    {
        var root = new RootCommand("Runs, watches, steers and audits AI agents on a Koda server.")
        {
            common.Json, common.Data, common.Url,
            Local.UpCommand.Create(common), Local.DownCommand.Create(common),
            Onboarding.OnboardCommand.Create(common), Local.ServerCommand.Create(common), Local.WorkerCommand.Create(common), Workers.WorkersCommand.Create(common),
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
            Bench.BenchCommand.Create(common), OpenApi.OpenApiCommand.Create(common), CompletionCommand.Create(common),
            VersionCommand.Create(common),
        };
        foreach (var steering in Tasks.SteeringCommands.Create(common)) root.Add(steering);
        if (root.Options.OfType<HelpOption>().Single() is { Action: HelpAction options } help)
            help.Action = new HelpText(options, HelpText.Examples(Examples) + "\n\n" + ExitCode.Explanation);
        return root;
    }
}
