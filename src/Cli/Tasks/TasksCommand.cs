using System.CommandLine;
using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Koda.Cli.Lists;
using Koda.Cli.Terminal;

namespace Koda.Cli.Tasks;

/// <summary><c>koda tasks</c></summary>
internal static class TasksCommand
{
    private const string Cancelled = "cancelled";

    private static readonly Listing<Runtime.Task> s_listing = new(
        task => task.Id,
        new("TASK", task => task.Id),
        new("STATUS", TaskView.Status) { Tone = TaskView.ToneOf },
        new("AGENT", task => task.AgentId),
        new("AGE", task => Units.Age(task.CreatedAt)) { Right = true },
        new("COST", task => Units.Cost(task.Usage?.CostUsd ?? 0, task.Usage?.UnpricedCalls ?? 0), Importance.Detail) { Right = true },
        new("WORKSPACE", task => task.Context?.Workspace ?? "", Importance.Extra),
        new("QUERY", task => task.Query));

    public static Command Create(CommonOptions common)
    {
        var id = TaskArgument.CreateOptional("Show this task in detail.");
        var agent = new Option<string>("--agent") { Description = "Only this agent's tasks.", DefaultValueFactory = _ => "" };
        var status = new Option<string?>("--status") { Description = "Only tasks with this status." };
        status.Among("queued", "running", "completed", "failed", Cancelled, "retrying", "paused");
        var since = new Option<DateTimeOffset?>("--since") { Description = "Only tasks created at or after this time." };
        var limit = Limits.Option(20);
        var dead = new Option<bool>("--dead-letters") { Description = "Only tasks that failed for good and can be retried by hand." };
        var command = new TaughtCommand(
            "tasks",
            "Lists tasks, newest first, or shows one.",
            """
            koda tasks --agent atlas --status failed
            koda tasks --dead-letters --json
            koda tasks tsk_...
            """
        )
        {
            id,
            agent,
            status,
            since,
            limit,
            dead,
            common.Output,
        };
        command.SetAction(
            async (parse, cancellationToken) =>
            {
                await using var session = common.Open(parse);
                if (parse.GetValue(id) is { } one)
                {
                    var task = await session.Client.Tasks.GetAsync(one, cancellationToken);
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
                    ? session.Client.Tasks.ListDeadLettersAsync(filter.AgentId, cancellationToken)
                    : session.Client.Tasks.ListAsync(filter, cancellationToken);
                // To the contract, a cancelled task is one that failed for that reason.
                if (parse.GetValue(status) is Cancelled or "failed")
                    tasks = tasks.Where(task => TaskView.IsCancelled(task) == (parse.GetValue(status) == Cancelled));
                s_listing.Write(
                    session,
                    await tasks.Take(parse.GetValue(limit)).ToListAsync(cancellationToken),
                    JsonOutput.List,
                    "No tasks. Submit one with: koda run --agent explorer \"What is in this repository?\"");
                return ExitCode.Ok;
            });
        return command;
    }

    private static Runtime.TaskStatus ParseStatus(string? text) => text is null ? default
        : text == Cancelled ? Runtime.TaskStatus.Failed
        : System.Enum.Parse<Runtime.TaskStatus>(CultureInfo.InvariantCulture.TextInfo.ToTitleCase(text));
}
