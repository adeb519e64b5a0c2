using System.CommandLine;
using System.Text.Json;
using Koda.Cli.Terminal;

namespace Koda.Cli.Evidence;

/// <summary><c>koda verify</c></summary>
internal static class VerifyCommand
{
    public static Command Create(CommonOptions common)
    {
        var id = Tasks.TaskArgument.CreateOptional("Verify this task only. Default: every task.");
        var command = new TaughtCommand(
            "verify",
            "Recomputes the hash chain of each task's events from the events themselves: exits with 0 when none was changed, removed or added since.",
            """
            koda verify
            koda verify tsk_... --json
            """) { id };
        command.SetAction(async (parse, cancellation) =>
        {
            await using var session = common.Open(parse);
            var ids = parse.GetValue(id) is { } one
                ? new[] { one }.ToAsyncEnumerable()
                : session.Client.Tasks.ListAsync(new() { Limit = 200 }, cancellation).Select(task => task.Id);
            var report = await VerifyAsync(session, ids, cancellation);
            session.Terminal.Out.WriteLine(session.Json ? JsonSerializer.Serialize(report, Options) : report.Words());
            return report.Whole ? ExitCode.Ok : ExitCode.Failed;
        });
        return command;
    }

    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private static async Task<Report> VerifyAsync(Session session, IAsyncEnumerable<string> ids, CancellationToken cancellation)
    {
        var (tasks, events) = (0L, 0L);
        var breaks = new List<Break>();
        await foreach (var id in ids.WithCancellation(cancellation))
        {
            var (count, fault) = await VerifyTask.RunAsync(session.Client, id, cancellation);
            tasks++;
            events += count;
            if (fault is not null) breaks.Add(new Break(id, fault));
        }
        return new Report(tasks, events, breaks);
    }

    private sealed record Break(string TaskId, string Fault);

    private sealed record Report(long Tasks, long Events, IReadOnlyList<Break> Breaks)
    {
        public bool Whole => Breaks.Count == 0;

        public string Words() => Whole
            ? $"{Units.Count(Events, "event")} of {Units.Count(Tasks, "task")} verified: every chain is whole."
            : string.Join('\n', Breaks.Select(fault => $"{fault.TaskId}: {fault.Fault}"));
    }
}
