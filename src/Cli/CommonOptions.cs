using System.CommandLine;
using Koda.Cli.Terminal;
using Koda.Client;

namespace Koda.Cli;

/// <summary>The options that every command takes.</summary>
internal sealed class CommonOptions(CliTerminal terminal)
{
    public Option<bool> Json { get; } = new("--json")
    {
        Description = "Write one JSON document, or one JSON line an item for streams; errors are JSON on stderr.",
        Recursive = true,
    };

    public Option<string?> Data { get; } = new("--data")
    {
        Description = "The data directory of the local server. Default: $KODA_DATA, or ~/.koda.",
        HelpName = "DIR",
        Recursive = true,
    };

    public Option<string?> Url { get; } = new("--url")
    {
        Description = "The server. Default: $KODA_URL, or the local server's address.",
        HelpName = "URL",
        Recursive = true,
    };

    public CliTerminal Terminal => terminal;

    public Session Open(ParseResult parse) => new(terminal, parse.GetValue(Json), Directory(parse), parse.GetValue(Url));

    private string Directory(ParseResult parse) =>
        parse.GetValue(Data) is { Length: > 0 } given ? Path.GetFullPath(given) : ServerFiles.DefaultDirectory(terminal.Environment);
}
