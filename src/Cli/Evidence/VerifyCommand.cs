using System.CommandLine;
using System.Text.Json;
using Grpc.Core;
using Koda.Client;
using Koda.Server.Hosting;

namespace Koda.Cli.Evidence;

/// <summary><c>koda verify</c></summary>
internal static class VerifyCommand
{
    public static Command Create(CommonOptions common)
    {
        var id = Tasks.TaskArgument.CreateOptional(
            "Verify this task only. Default: every task, every coding session and the audit stream.");
        var stored = new Option<bool>("--stored")
        {
            Description = "Read the database itself, of --data or $KODA_DATABASE_URL, with no server in between.",
        };
        var command = new TaughtCommand(
            "verify",
            "Recomputes every hash chain of the log, those of tasks, coding sessions and the audit stream, from the events themselves: exits with 0 when none was changed, removed or added since.",
            """
            koda verify
            koda verify tsk_... --json
            koda verify --stored --data /var/lib/koda
            """) { id, stored };
        command.Validators.Add(result =>
        {
            if (result.GetValue(stored) && result.GetValue(id) is not null)
                result.AddError("--stored verifies every chain: leave out the id.");
        });
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var session = common.Open(parse);
            var report = parse.GetValue(stored)
                ? await VerifyStored(session, cancellationToken)
                : await VerifyServed(session, parse.GetValue(id), cancellationToken);
            session.Terminal.Out.WriteLine(session.Json ? JsonSerializer.Serialize(report, s_options) : report.Words());
            return report.Whole ? ExitCode.Ok : ExitCode.Failed;
        });
        return command;
    }

    private static readonly JsonSerializerOptions s_options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private static async Task<VerifyReport> VerifyServed(Session session, string? taskId, CancellationToken cancellationToken)
    {
        if (taskId is not null)
        {
            var (count, fault) = await VerifyTask.Run(session.Client, taskId, cancellationToken);
            return new VerifyReport(1, count, fault is null ? [] : [$"{taskId}: {fault}"]);
        }
        try
        {
            return await VerifyChains.Run(session.Client, cancellationToken);
        }
        catch (KodaException e) when (e.Status == StatusCode.PermissionDenied)
        {
            session.Terminal.Error.WriteLine(
                "This credential may not read the whole log: the chains of tasks are verified, and no others.");
            return await VerifyTasks(session.Client, cancellationToken);
        }
    }

    private static async Task<VerifyReport> VerifyTasks(KodaClient client, CancellationToken cancellationToken)
    {
        var (chains, events) = (0L, 0L);
        var breaks = new List<string>();
        await foreach (var task in client.Tasks.ListAsync(new() { Limit = 200 }, cancellationToken))
        {
            var (count, fault) = await VerifyTask.Run(client, task.Id, cancellationToken);
            chains++;
            events += count;
            if (fault is not null)
                breaks.Add($"{task.Id}: {fault}");
        }
        return new VerifyReport(chains, events, breaks);
    }

    private static async Task<VerifyReport> VerifyStored(Session session, CancellationToken cancellationToken)
    {
        try
        {
            var report = await StoredLog.Verify(
                session.Files.Directory, session.Terminal.Environment("KODA_DATABASE_URL"), cancellationToken);
            return new VerifyReport(report.Streams, report.Events, report.Fault is { } fault ? [fault] : []);
        }
        catch (InvalidOperationException e)
        {
            throw new CliException(e.Message, code: "database.unavailable");
        }
    }
}
