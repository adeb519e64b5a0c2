using System.CommandLine;
using System.Text.Json;
using Koda.Server.Hosting;

namespace Koda.Cli.OpenApi;

/// <summary><c>koda openapi</c></summary>
internal static class OpenApiCommand
{
    public static Command Create(CommonOptions common)
    {
        var folder = new Argument<string>("folder") { Description = "Where to write the documents." };
        var against = new Option<string?>("--against")
        {
            Description = "A folder of earlier documents: exits with 1 when the new ones break a client of those.",
            HelpName = "DIR",
        };
        var accepted = new Option<string?>("--accepted")
        {
            Description =
                "A text, such as a changelog, in which a line for itself or in a list says of a break that it is wanted, in the words of this command.",
            HelpName = "FILE",
        };
        var command = new TaughtCommand(
            "openapi",
            "Writes the OpenAPI documents of the REST face, as a server shows them at /openapi/NAME.json.",
            """
            koda openapi docs/openapi
            koda openapi ./new --against ./old --accepted CHANGELOG.md
            """
        )
        {
            folder,
            against,
            accepted,
        };
        command.SetAction(
            async (parse, cancellationToken) =>
            {
                await using var session = common.Open(parse);
                var files = await OpenApiExport.Write(Path.GetFullPath(parse.GetRequiredValue(folder)), cancellationToken);
                var wanted = parse.GetValue(accepted) is { } text
                    ? File.ReadLines(text).Select(line => line.Trim(' ', '-', '`')).ToHashSet()
                    : [];
                var breaks = parse.GetValue(against) is { } earlier
                    ? files.SelectMany(file => FindBreaks(earlier, file)).Except(wanted).ToList()
                    : [];
                session.Terminal.Out.WriteLine(
                    session.Json ? JsonSerializer.Serialize(new { files, breaks }) : string.Join('\n', files.Concat(breaks)));
                return breaks.Count > 0 ? ExitCode.Failed : ExitCode.Ok;
            });
        return command;
    }

    private static IEnumerable<string> FindBreaks(string earlier, string file)
    {
        var before = Path.Combine(earlier, Path.GetFileName(file));
        return File.Exists(before) ? OpenApiComparison.FindBreaks(File.ReadAllText(before), File.ReadAllText(file)) : [];
    }
}
