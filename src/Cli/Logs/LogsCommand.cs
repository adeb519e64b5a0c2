using System.CommandLine;
using System.Text.Json;
using Koda.Cli.Local;
using Koda.Cli.Terminal;

namespace Koda.Cli.Logs;

/// <summary><c>koda logs</c></summary>
internal static class LogsCommand
{
    private const int Usual = 100;
    private static readonly TimeSpan s_betweenLooks = TimeSpan.FromMilliseconds(250);

    public static Command Create(CommonOptions common)
    {
        var server = new Option<bool>("--server") { Description = "Only the server's log." };
        var worker = new Option<bool>("--worker") { Description = "Only the worker's log." };
        var tail = new Option<int>("--tail", "-n")
        {
            Description = "How many of the last lines. 0: none.",
            DefaultValueFactory = _ => Usual,
        };
        tail.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 0)
                result.AddError("--tail must not be below 0.");
        });
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with new lines as they are written, until Ctrl-C." };
        var command = new TaughtCommand(
            "logs",
            "Shows the logs of the server and the worker that koda up runs with a data directory on this machine.",
            """
            koda logs
            koda logs --worker --follow
            koda logs --server --tail 1000 | grep WRN
            """
        )
        {
            server,
            worker,
            tail,
            follow,
        };
        command.SetAction(
            async (parse, cancellationToken) =>
            {
                await using var session = common.Open(parse);
                var local = new LocalServer(session.Files.Directory);
                string[] wanted = (parse.GetValue(server), parse.GetValue(worker)) switch
                {
                    (true, false) => ["server"],
                    (false, true) => ["worker"],
                    (true, true) => ["server", "worker"],
                    _ => LocalServer.Roles,
                };
                if (!wanted.Any(role => File.Exists(local.NewestLog(role))))
                    throw new CliException(
                        $"There is no log in '{local.Logs}'.",
                        ExitCode.Failed,
                        "koda up writes one; --data, or KODA_DATA, names another directory.",
                        "log.not_found");
                var logs = wanted.Select(role => new RoleLog(local, role)).ToList();
                var last = logs.SelectMany(log => log.Tail(parse.GetValue(tail)))
                    .OrderBy(line => line.Time, StringComparer.Ordinal)
                    .TakeLast(parse.GetValue(tail))
                    .ToList();
                Write(session, last, wanted.Length > 1);
                while (parse.GetValue(follow))
                {
                    await Task.Delay(s_betweenLooks, cancellationToken);
                    Write(
                        session, logs.SelectMany(log => log.More()).OrderBy(line => line.Time, StringComparer.Ordinal), wanted.Length > 1);
                }
                return ExitCode.Ok;
            });
        return command;
    }

    private static void Write(Session session, IEnumerable<LogLine> lines, bool named)
    {
        foreach (var line in lines)
        {
            session.Terminal.Out.WriteLine(session.Json
                ? JsonSerializer.Serialize(new { log = line.Role, line = line.Text })
                : (named ? session.Terminal.Paint($"{line.Role,-6} ", Tone.Faint) : "") + Printable.Text(line.Text));
        }
        session.Terminal.Out.Flush();
    }
}
