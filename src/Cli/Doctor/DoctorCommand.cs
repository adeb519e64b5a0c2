using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Koda.Cli.Terminal;

namespace Koda.Cli.Doctor;

/// <summary><c>koda doctor</c></summary>
internal static class DoctorCommand
{
    private const long LeastDisk = 1024L * 1024 * 1024;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    public static Command Create(CommonOptions common)
    {
        var command = new TaughtCommand(
            "doctor",
            "Checks what Koda needs on this machine, and the server. Exits with 1 when something that is needed fails.",
            """
            koda doctor
            koda doctor --json | jq '.checks[] | select(.status != "ok")'
            """);
        command.SetAction(async (parse, cancellation) =>
        {
            await using var session = common.Open(parse);
            var checks = await ProgramChecks.RunAsync(cancellation)
                .Append(Disk(session.Files.Directory))
                .Concat(ServerChecks.RunAsync(session))
                .ToListAsync(cancellation);
            if (session.Json) session.Terminal.Out.WriteLine(JsonSerializer.Serialize(new { checks }, Options));
            else checks.ForEach(check => Write(session.Terminal, check));
            return checks.Any(check => check.Status == CheckStatus.Failed) ? ExitCode.Failed : ExitCode.Ok;
        });
        return command;
    }

    private static Check Disk(string dataDirectory)
    {
        var existing = dataDirectory;
        while (!Directory.Exists(existing))
        {
            if (Path.GetDirectoryName(existing) is not { Length: > 0 } above)
                return new Check("disk", CheckStatus.Failed, $"there is no disk for {dataDirectory}", "Set KODA_DATA, or --data, to a directory that can be made.");
            existing = above;
        }

        var free = new DriveInfo(existing).AvailableFreeSpace;
        var detail = $"{free / (1024 * 1024):N0} MiB free for {dataDirectory}";
        return free >= LeastDisk ? new Check("disk", CheckStatus.Ok, detail) : new Check("disk", CheckStatus.Failed, detail, "Koda wants at least 1 GiB.");
    }

    private static void Write(CliTerminal terminal, Check check)
    {
        var (mark, tone) = check.Status switch
        {
            CheckStatus.Ok => ("ok  ", Tone.Good),
            CheckStatus.Warning => ("warn", Tone.Notice),
            _ => ("FAIL", Tone.Bad),
        };
        terminal.Out.WriteLine($"{terminal.Paint(mark, tone)}  {check.Name,-9} {Printable.Line(check.Detail, 200)}");
        if (check is { Status: not CheckStatus.Ok, Advice: { } advice }) terminal.Out.WriteLine($"                {advice}");
    }
}
