using System.CommandLine;
using System.Text.Json;
using Koda.Server.Http.OpenApi;
using Koda.Server.Hosting;

namespace Koda.Cli;

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
        var command = new TaughtCommand(
            "openapi",
            "Writes the OpenAPI documents of the REST face, as a server shows them at /openapi/NAME.json.",
            """
            koda openapi docs/openapi
            koda openapi ./new --against ./old
            """) { folder, against };
        command.SetAction(async (parse, cancellation) =>
        {
            await using var session = common.Open(parse);
            var files = await OpenApiExport.WriteAsync(Path.GetFullPath(parse.GetRequiredValue(folder)), cancellation);
            var breaks = parse.GetValue(against) is { } earlier ? files.SelectMany(file => FindBreaks(earlier, file)).ToList() : [];
            session.Terminal.Out.WriteLine(session.Json
                ? JsonSerializer.Serialize(new { files, breaks })
                : string.Join('\n', files.Concat(breaks)));
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
