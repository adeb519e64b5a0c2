using System.CommandLine;
using Koda.Cli.Lists;
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

    public Option<bool> Verbose { get; } = new("--verbose", "-v")
    {
        Description = "With an error, its code and the id by which the server's log names the request. Default: $KODA_VERBOSE.",
        Recursive = true,
    };

    /// <summary>The option of every command that lists.</summary>
    public Option<string?> Output { get; } = new Option<string?>("--output", "-o")
    {
        Description = "wide: every column, whole. json: as REST shows the list. name: the ids alone, one a line.",
        HelpName = "wide|json|name",
    }.Among("wide", "json", "name");

    public CliTerminal Terminal => terminal;

    public Session Open(ParseResult parse) => new(terminal, Format(parse), Directory(parse), parse.GetValue(Url));

    public ListFormat Format(ParseResult parse) => parse.GetValue(Json) ? ListFormat.Json : parse.GetValue(Output) switch
    {
        "wide" => ListFormat.Wide,
        "json" => ListFormat.Json,
        "name" => ListFormat.Name,
        _ => ListFormat.Table,
    };

    private string Directory(ParseResult parse) =>
        parse.GetValue(Data) is { Length: > 0 } given ? Path.GetFullPath(given) : ServerFiles.DefaultDirectory(terminal.Environment);
}
