using System.CommandLine;
using System.Globalization;
using Koda.Cli.Logging;

namespace Koda.Cli.Local;

/// <summary>What <c>koda up</c> is asked for.</summary>
internal sealed record UpOptions(
    string Data,
    Uri Listen,
    string Workspace,
    IReadOnlyList<string> Roots,
    int Slots,
    bool Worker,
    LogOptions Log,
    bool UnconfinedCommands = false)
{
    /// <summary>The address by which this machine reaches the server.</summary>
    public Uri Address => ListenAddress.ForClients(Listen);

    public static readonly Option<string?> ListenOption = new("--listen")
    {
        Description = "The address to listen on. Default: $KODA_LISTEN, or http://127.0.0.1:8090.",
        HelpName = "URL",
    };

    public static readonly Option<string?> WorkspaceOption = new("--workspace", "-w")
    {
        Description = "The directory in which tasks work that name none. Default: the current one.",
        HelpName = "DIR",
    };

    public static readonly Option<int> SlotsOption = new("--slots")
    {
        Description = "How many tasks the worker runs at once.",
        DefaultValueFactory = _ => 4,
    };

    public static readonly Option<bool> NoWorkerOption = new("--no-worker") { Description = "Start the server alone." };

    public static readonly Option<bool> UnconfinedOption = new("--unconfined-commands")
    {
        Description =
            "Where there is no sandbox, let the worker run tasks' commands by the agent's rules alone. Default: $KODA_UNCONFINED_COMMANDS, or ask about each.",
    };

    public static readonly Option<string?> LogFormatOption = LogOptions.FormatOption();

    public static UpOptions From(ParseResult parse, Session session)
    {
        var workspace = Path.GetFullPath(parse.GetValue(WorkspaceOption) ?? Directory.GetCurrentDirectory());
        if (!Directory.Exists(workspace))
            throw new CliException($"The workspace {workspace} is not there.", ExitCode.Usage, code: "cli.usage");
        var roots = WorkerRoots.Of(parse, session.Terminal.Environment, parse.GetValue(WorkspaceOption));
        return new UpOptions(
            session.Files.Directory,
            ListenAddress.Parse(parse.GetValue(ListenOption) ?? session.Terminal.Environment("KODA_LISTEN") ?? ListenAddress.Default),
            workspace,
            roots,
            parse.GetValue(SlotsOption),
            !parse.GetValue(NoWorkerOption),
            LogOptions.Parse(parse.GetValue(LogFormatOption), session.Terminal.Environment),
            parse.GetValue(UnconfinedOption));
    }

    public IEnumerable<string> ServerArguments() =>
        ["server", "--data", Data, "--listen", Listen.GetLeftPart(UriPartial.Authority), .. Log.Arguments(), "--supervised"];

    public IEnumerable<string> WorkerArguments() =>
    [
        "worker", "--data", Data, "--url", Address.GetLeftPart(UriPartial.Authority), "--workspace", Workspace, .. RootArguments(),
        "--slots", Slots.ToString(CultureInfo.InvariantCulture), .. Log.Arguments(), "--supervised", .. Unconfined,
    ];

    private string[] Unconfined => UnconfinedCommands ? ["--unconfined-commands"] : [];

    public IEnumerable<string> UpArguments()
    {
        string[] arguments =
        [
            "up",
            "--data",
            Data,
            "--listen",
            Listen.GetLeftPart(UriPartial.Authority),
            "--workspace",
            Workspace,
            .. RootArguments(),
            "--slots",
            Slots.ToString(CultureInfo.InvariantCulture),
            .. Log.Arguments(),
            "--supervised",
            .. Unconfined,
        ];
        return Worker ? arguments : [.. arguments, "--no-worker"];
    }

    private IEnumerable<string> RootArguments() => Roots.SelectMany(root => new[] { "--root", root });
}
