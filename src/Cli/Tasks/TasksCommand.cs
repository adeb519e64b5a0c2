using System.CommandLine;
using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Koda.Cli.Terminal;
using Spectre.Console;

namespace Koda.Cli.Tasks;

/// <summary><c>koda tasks</c></summary>
internal static class TasksCommand
{
    public static Command Create(CommonOptions common)
    {
        var id = TaskArgument.CreateOptional("Show this task in detail.");
        var agent = new Option<string>("--agent") { Description = "Only this agent's tasks.", DefaultValueFactory = _ => "" };
        var status = new Option<string?>("--status") { Description = "Only tasks with this status." };
        status.AcceptOnlyFromAmong("queued", "running", "completed", "failed", "retrying", "paused");
        var since = new Option<DateTimeOffset?>("--since") { Description = "Only tasks created at or after this time." };
        var limit = new Option<int>("--limit") { Description = "How many to show.", DefaultValueFactory = _ => 20 };
        limit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1) result.AddError("--limit must be at least 1.");
        });
        var dead = new Option<bool>("--dead-letters") { Description = "Only tasks that failed for good and can be retried by hand." };
        var command = new TaughtCommand(
            "tasks",
            "Lists tasks, newest first, or shows one.",
            """
            koda tasks --agent atlas --status failed
            koda tasks --dead-letters --json
            koda tasks tsk_...
            """) { id, agent, status, since, limit, dead };
        command.SetAction(async (parse, cancellation) =>
        {
            await using var session = common.Open(parse);
            if (parse.GetValue(id) is { } one)
            {
                var task = await session.Client.Tasks.GetAsync(one, cancellation);
                session.Terminal.Out.WriteLine(session.Json ? JsonOutput.Text(task) : TaskView.Detail(session.Terminal, task));
                return ExitCode.Ok;
            }
            var filter = new Runtime.ListTasksRequest
            {
                AgentId = parse.GetValue(agent) ?? "",
                Status = ParseStatus(parse.GetValue(status)),
                CreatedAfter = parse.GetValue(since) is { } time ? Timestamp.FromDateTimeOffset(time) : null,
                Limit = Math.Min(parse.GetValue(limit), 200),
            };
            var tasks = parse.GetValue(dead)
                ? session.Client.Tasks.ListDeadLettersAsync(filter.AgentId, cancellation)
                : session.Client.Tasks.ListAsync(filter, cancellation);
            Show(session, await tasks.Take(parse.GetValue(limit)).ToListAsync(cancellation));
            return ExitCode.Ok;
        });
        return command;
    }

    private static void Show(Session session, List<Runtime.Task> tasks)
    {
        if (session.Json)
        {
            session.Terminal.Out.WriteLine(JsonOutput.List(tasks));
            return;
        }
        if (tasks.Count == 0)
        {
            session.Terminal.Out.WriteLine("No tasks. Submit one with: koda run --agent explorer \"What is in this repository?\"");
            return;
        }
        var table = new Table().Border(TableBorder.None).AddColumns("TASK", "STATUS", "AGENT", "AGE", "COST", "QUERY");
        foreach (var task in tasks)
            table.AddRow(task.Id, TaskView.Status(task), Markup.Escape(task.AgentId), Units.Age(task.CreatedAt),
                Units.Cost(task.Usage?.CostUsd ?? 0), Markup.Escape(Printable.Line(task.Query, 60)));
        session.Terminal.Write(table);
    }

    private static Runtime.TaskStatus ParseStatus(string? text) =>
        text is null ? default : System.Enum.Parse<Runtime.TaskStatus>(CultureInfo.InvariantCulture.TextInfo.ToTitleCase(text));
}
