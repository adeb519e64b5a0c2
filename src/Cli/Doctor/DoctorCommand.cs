using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Koda.Cli.Terminal;

namespace Koda.Cli.Doctor;

/// <summary><c>koda doctor</c></summary>
internal static class DoctorCommand
{
    private static readonly JsonSerializerOptions s_options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    public static Command Create(CommonOptions common)
    {
        var command = new TaughtCommand(
            "doctor",
            "Checks what Koda needs on this machine, and the server: programs, disk, database, key, workers, clock, versions. "
            + "Exits with 1 when something that is needed fails.",
            """
            koda doctor
            koda doctor --json | jq '.checks[] | select(.status != "ok")'
            """
        );
        command.SetAction(
            async (parse, cancellationToken) =>
            {
                await using var session = common.Open(parse);
                List<Probe> probes =
                [
                    .. ProgramChecks.Server,
                    .. ProgramChecks.Worker,
                    Probe.Of("disk", _ => Task.FromResult(DiskCheck.Of(session.Files.Directory))),
                    new ServerChecks(session.ClientOptions()).Probe,
                ];
                var checks = new List<Check>();
                await foreach (var check in Probe.Run(probes, cancellationToken))
                {
                    checks.Add(check);
                    if (!session.Json)
                        Write(session.Terminal, check);
                }
                var failed = checks.Any(check => check.Status == CheckStatus.Failed);
                if (session.Json)
                    session.Terminal.Out.WriteLine(
                        JsonSerializer.Serialize(new { ok = !failed, version = VersionCommand.Version, checks }, s_options));
                return failed ? ExitCode.Failed : ExitCode.Ok;
            });
        return command;
    }

    private static void Write(CliTerminal terminal, Check check)
    {
        var (mark, tone) = check.Status switch
        {
            CheckStatus.Ok => ("ok  ", Tone.Good),
            CheckStatus.Warning => ("warn", Tone.Notice),
            _ => ("FAIL", Tone.Bad),
        };
        terminal.Out.WriteLine($"{terminal.Paint(mark, tone)}  {check.Name,-11} {Printable.Line(check.Detail, 200)}");
        if (check is { Status: not CheckStatus.Ok, Advice: { } advice })
            terminal.Out.WriteLine($"                  {advice}");
    }
}
