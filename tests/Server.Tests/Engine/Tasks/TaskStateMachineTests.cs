using Koda.Server.Engine.Tasks;
using Xunit;

namespace Koda.Server.Tests.Engine.Tasks;

public class TaskStateMachineTests
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
        var expected = row.Select(entry => entry.Split('>')).Where(entry => entry[0] == trigger).Select(entry => entry[1]).SingleOrDefault();

        var next = TaskStateMachine.Next(Enum.Parse<TaskState>(state), Enum.Parse<TaskTrigger>(trigger));

        Assert.Equal(expected, next?.ToString());
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
}
