using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Koda.Server.Engine;
using Koda.Server.Engine.Tasks;
using Xunit;

namespace Koda.Server.Tests.Engine.Tasks;

public partial class TaskStateMachineTests
{
    /// <summary>Every state with every trigger that it allows; all other pairs must be refused.</summary>
    private static readonly Dictionary<string, string> s_allowed = new()
    {
        ["Queued"] = "Claim>Running Pause>Paused Cancel>Cancelled",
        ["Running"] = "Complete>Succeeded Fail>Failed BackOff>Retrying Release>Queued Suspend>Waiting Pause>Paused Cancel>Cancelled",
        ["Retrying"] = "RetryDue>Queued Pause>Paused Cancel>Cancelled",
        ["Waiting"] = "Answer>Queued Pause>Paused Cancel>Cancelled",
        ["Paused"] = "Resume>Queued Cancel>Cancelled",
        ["Failed"] = "Retry>Queued",
        ["Cancelled"] = "Retry>Queued",
        ["Succeeded"] = "",
    };

    public static TheoryData<string, string> Pairs()
    {
        var pairs = new TheoryData<string, string>();
        foreach (var state in Enum.GetNames<TaskState>())
        {
            foreach (var trigger in Enum.GetNames<TaskTrigger>())
            {
                pairs.Add(state, trigger);
            }
        }

        return pairs;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Each_state_allows_exactly_its_triggers(string state, string trigger)
    {
        var row = s_allowed[state].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var expected = row.Select(entry => entry.Split('>'))
            .Where(entry => entry[0] == trigger)
            .Select(entry => entry[1])
            .SingleOrDefault();

        var next = TaskStateMachine.Next(Enum.Parse<TaskState>(state), Enum.Parse<TaskTrigger>(trigger));

        Assert.Equal(expected, next?.ToString());
    }

    [Fact]
    public void The_page_for_people_shows_the_same_moves()
    {
        var shown = File.ReadLines(Page()).Select(line => PageLine().Match(line)).Where(match => match.Success)
            .Select(match => $"{match.Groups[1].Value} {match.Groups[3].Value} {match.Groups[2].Value}");
        var moves = Enum.GetValues<TaskState>()
            .SelectMany(state =>
                Enum.GetValues<TaskTrigger>()
                    .Select(trigger => (state, trigger, next: TaskStateMachine.Next(state, trigger)))
                    .Where(move => move.next is not null)
                    .Select(move =>
                        $"{EnumText<TaskState>.Of(move.state)} {EnumText<TaskTrigger>.Of(move.trigger)} {EnumText<TaskState>.Of(move.next!.Value)}"
                    ));

        Assert.Equal(moves.Order(), shown.Order());
    }

    [Fact]
    public void Only_a_retry_leaves_a_final_state()
    {
        var final = Enum.GetValues<TaskState>().Where(TaskStateMachine.IsFinal);

        Assert.Equal([TaskState.Succeeded, TaskState.Failed, TaskState.Cancelled], final);
        foreach (var state in final)
        {
            var triggers = Enum.GetValues<TaskTrigger>().Where(trigger => TaskStateMachine.Next(state, trigger) is not null);
            Assert.DoesNotContain(triggers, trigger => trigger != TaskTrigger.Retry);
        }
    }

    [Fact]
    public void A_refusal_speaks_of_the_states_that_callers_know()
    {
        Assert.Equal("A task that has completed cannot be cancelled.", TaskStateMachine.Refusal(TaskState.Succeeded, TaskTrigger.Cancel));
        Assert.Equal("A task that is running cannot be resumed.", TaskStateMachine.Refusal(TaskState.Running, TaskTrigger.Resume));
    }

    [Fact]
    public void Every_state_can_be_reached_from_queued()
    {
        var reached = new HashSet<TaskState> { TaskState.Queued };
        var frontier = new Queue<TaskState>(reached);
        while (frontier.TryDequeue(out var state))
        {
            foreach (var trigger in Enum.GetValues<TaskTrigger>())
            {
                if (TaskStateMachine.Next(state, trigger) is { } next && reached.Add(next))
                {
                    frontier.Enqueue(next);
                }
            }
        }

        Assert.Equal(Enum.GetValues<TaskState>().Length, reached.Count);
    }

    private static string Page([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../../../docs/tasks.md"));

    [GeneratedRegex(@"^\s+(\w+) --> (\w+): (\w+)$")]
    private static partial Regex PageLine();
}
