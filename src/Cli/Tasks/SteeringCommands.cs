using System.CommandLine;
using Koda.Cli.Terminal;
using Koda.Client.Tasks;

namespace Koda.Cli.Tasks;

/// <summary><c>koda cancel</c>, <c>pause</c>, <c>resume</c> and <c>retry</c>.</summary>
internal static class SteeringCommands
{
    public static IEnumerable<Command> Create(CommonOptions common)
    {
        var reason = new Option<string>("--reason") { Description = "Why, for the log.", DefaultValueFactory = _ => "" };
        var cancel = Steer(common, "cancel",
            "Cancels a task. A running one stops with its worker.",
            "koda cancel tsk_... --reason \"wrong branch\"",
            (tasks, id, parse, c) => tasks.CancelAsync(id, parse.GetValue(reason) ?? "", c));
        cancel.Add(reason);
        yield return cancel;
        yield return Steer(common, "pause",
            "Pauses a task until it is resumed. A running one stops after its current step.",
            "koda pause tsk_...",
            (tasks, id, _, c) => tasks.PauseAsync(id, c));
        yield return Steer(common, "resume",
            "Queues a paused task again. It goes on after its last recorded step.",
            "koda resume tsk_...",
            (tasks, id, _, c) => tasks.ResumeAsync(id, c));
        yield return Steer(common, "retry",
            "Queues a failed or cancelled task again. It goes on after its last recorded step.",
            "koda retry tsk_...",
            (tasks, id, _, c) => tasks.RetryAsync(id, c));
    }

    private static TaughtCommand Steer(
        CommonOptions common,
        string name,
        string summary,
        string example,
        Func<TaskClient, string, ParseResult, CancellationToken, Task<Runtime.Task>> call)
    {
        var id = TaskArgument.Create();
        var command = new TaughtCommand(name, summary, example) { id };
        command.SetAction(
            async (parse, cancellationToken) =>
            {
                await using var session = common.Open(parse);
                var task = await call(session.Client.Tasks, parse.GetRequiredValue(id), parse, cancellationToken);
                session.Terminal.Out.WriteLine(
                    session.Json ? JsonOutput.Text(task) : $"{task.Id} is {Printable.Line(TaskView.StatusInWords(task), 300)}");
                return ExitCode.Ok;
            });
        return command;
    }
}
