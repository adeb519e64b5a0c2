using System.CommandLine;

namespace Koda.Cli.Tasks;

/// <summary><c>koda watch</c></summary>
internal static class WatchCommand
{
    public static Command Create(CommonOptions common)
    {
        var id = TaskArgument.Create();
        var after = new Option<long>("--after") { Description = "Begin after this event. 0: from the start.", HelpName = "SEQ" };
        var yes = new Option<bool>("--yes", "-y") { Description = "Approve whatever the agent asks for." };
        var command = new TaughtCommand(
            "watch",
            "Follows a task until it ends; a cut connection is taken up again where it broke, and a server that does not answer is waited for. Exits like koda run.",
            """
            koda watch tsk_...
            koda watch tsk_... --after 120 --json
            """
        )
        {
            id,
            after,
            yes,
        };
        command.SetAction(
            async (parse, cancellationToken) =>
            {
                await using var session = common.Open(parse);
                var task = await new ServerWait(session, session.Json).Run(
                    token => session.Client.Tasks.GetAsync(parse.GetRequiredValue(id), token), cancellationToken);
                return await new TaskFollower(session, parse.GetValue(yes), quiet: false).Follow(
                    task, parse.GetValue(after), cancellationToken);
            });
        return command;
    }
}
