using System.CommandLine;
using Koda.Cli.Lists;
using Koda.Cli.Terminal;
using Koda.Protos.ControlPlane.V1;

namespace Koda.Cli.Operations;

/// <summary><c>koda runs</c></summary>
internal static class RunsCommand
{
    private const int DefaultCount = 50;

    private static readonly Listing<Run> s_listing = new(
        run => run.Id,
        new("RUN", run => run.Id),
        new("KIND", run => Words.Of(run.Kind), Importance.Whole),
        new("STATE", run => Words.Of(run.State), Importance.Whole) { Tone = Tone },
        new("AGENT", run => run.AgentId),
        new("COST", run => Money(run.Usage), Importance.Detail) { Right = true },
        new("AGE", run => Units.Age(run.CreatedAt), Importance.Detail) { Right = true },
        new("ABOUT", run => run.Title),
        new("TASK OR SESSION", run => run.TaskId + run.SessionId, Importance.Extra),
        new("BELOW", run => $"{run.Descendants}", Importance.Extra) { Right = true },
        new("WORKSPACE", run => run.Workspace, Importance.Extra));

    public static Command Create(CommonOptions common)
    {
        var kind = Words.Option<RunKind>("--kind", "Only runs of this kind.");
        var state = Words.Option<RunState>("--state", "Only runs in this state.");
        var agent = new Option<string>("--agent") { Description = "Only this agent's.", HelpName = "AGENT", DefaultValueFactory = _ => "" };
        var count = new Option<int>("--last", "-n") { Description = "How many runs.", DefaultValueFactory = _ => DefaultCount };
        var follow = new Option<bool>("--follow", "-f") { Description = "Tell each change as it happens, until Ctrl-C." };
        var command = new TaughtCommand(
            "runs",
            "Lists what runs and what ran, whichever way it came: tasks, and turns of coding sessions.",
            """
            koda runs
            koda runs --state awaiting-approval
            koda runs --kind turn --agent code --follow
            """) { kind, state, agent, count, follow, common.Output };
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var session = common.Open(parse);
            var operations = session.Client.Operations;
            var filter = new ListRunsRequest
            {
                Kind = Words.Value<RunKind>(parse.GetValue(kind)),
                State = Words.Value<RunState>(parse.GetValue(state)),
                AgentId = parse.GetValue(agent) ?? "",
                Limit = Math.Clamp(parse.GetValue(count), 1, 200),
            };
            var position = parse.GetValue(follow) ? await operations.GetPositionAsync(cancellationToken) : 0;
            var runs = await operations.ListRunsAsync(filter, cancellationToken).Take(parse.GetValue(count)).ToListAsync(cancellationToken);
            s_listing.Write(session, runs, JsonOutput.List, "Nothing has run yet. Begin with: koda run \"...\"");
            if (!parse.GetValue(follow))
                return ExitCode.Ok;
            var watched = new WatchRunsRequest { Kind = filter.Kind, AgentId = filter.AgentId, AfterPosition = position };
            await foreach (var run in operations.WatchRunsAsync(watched, cancellationToken))
            {
                if (filter.State is RunState.Unspecified || filter.State == run.State)
                    Tell(session, run);
            }
            return ExitCode.Ok;
        });
        return command;
    }

    private static void Tell(Session session, Run run) => session.Terminal.Out.WriteLine(session.Json
        ? JsonOutput.Text(run)
        : $"{run.UpdatedAt.ToDateTime():u}  {run.Id}  {session.Terminal.Paint(Words.Of(run.State), Tone(run))}  {run.AgentId}  {Printable.Line(run.Title, 80)}");

    private static Tone Tone(Run run) => run.State switch
    {
        RunState.AwaitingApproval or RunState.Paused => Terminal.Tone.Notice,
        RunState.Failed => Terminal.Tone.Bad,
        RunState.Succeeded or RunState.Cancelled => Terminal.Tone.Faint,
        _ => Terminal.Tone.Plain,
    };

    private static string Money(RunUsage used) => CostText.Of(used);
}
