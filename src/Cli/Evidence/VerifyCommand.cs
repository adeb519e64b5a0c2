using System.CommandLine;
using System.Text.Json;
using Koda.Server.Hosting;

namespace Koda.Cli.Evidence;

/// <summary><c>koda verify</c></summary>
internal static class VerifyCommand
{
    public static Command Create(CommonOptions common)
    {
        var id = Tasks.TaskArgument.CreateOptional("Verify this task only. Default: every task.");
        var stored = new Option<bool>("--stored")
        {
            Description = "Read the database itself, of --data or $KODA_DATABASE_URL, with no server in between.",
        };
        var command = new TaughtCommand(
            "verify",
            "Recomputes the hash chain of each task's events from the events themselves: exits with 0 when none was changed, removed or added since.",
            """
            koda verify
            koda verify tsk_... --json
            koda verify --stored --data /var/lib/koda
            """) { id, stored };
        command.Validators.Add(result =>
        {
            if (result.GetValue(stored) && result.GetValue(id) is not null) result.AddError("--stored verifies every task: leave out the id.");
        });
        command.SetAction(async (parse, cancellation) =>
        {
            await using var session = common.Open(parse);
            var report = parse.GetValue(stored)
                ? await VerifyStoredAsync(session, cancellation)
                : await VerifyServedAsync(session, parse.GetValue(id), cancellation);
            session.Terminal.Out.WriteLine(session.Json ? JsonSerializer.Serialize(report, Options) : report.Words());
            return report.Whole ? ExitCode.Ok : ExitCode.Failed;
        });
        return command;
    }

    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private static async Task<VerifyReport> VerifyServedAsync(Session session, string? taskId, CancellationToken cancellation)
    {
        var ids = taskId is not null
            ? new[] { taskId }.ToAsyncEnumerable()
            : session.Client.Tasks.ListAsync(new() { Limit = 200 }, cancellation).Select(task => task.Id);
        var (tasks, events) = (0L, 0L);
        var breaks = new List<string>();
        await foreach (var id in ids.WithCancellation(cancellation))
        {
            var (count, fault) = await VerifyTask.RunAsync(session.Client, id, cancellation);
            tasks++;
            events += count;
            if (fault is not null) breaks.Add($"{id}: {fault}");
        }
        return new VerifyReport(tasks, events, breaks);
    }

    private static async Task<VerifyReport> VerifyStoredAsync(Session session, CancellationToken cancellation)
    {
        try
        {
            var report = await StoredLog.VerifyAsync(session.Files.Directory, session.Terminal.Environment("KODA_DATABASE_URL"), cancellation);
            return new VerifyReport(report.Streams, report.Events, report.Fault is { } fault ? [fault] : []);
        }
        catch (InvalidOperationException e)
        {
            throw new CliException(e.Message, code: "database.unavailable");
        }
    }
}
