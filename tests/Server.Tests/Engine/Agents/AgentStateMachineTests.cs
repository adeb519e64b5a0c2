using Koda.Protos.Common.V1;
using Koda.Server.Engine;
using Koda.Server.Engine.Agents;
using Xunit;

namespace Koda.Server.Tests.Engine.Agents;

public sealed class AgentStateMachineTests
{
    private static readonly Dictionary<AgentState, string> s_outcomes = new()
    {
        // By trigger: publish, activate, pause, archive, delete.
        [AgentState.Draft] = "Active - - - Deleted",
        [AgentState.Active] = "Active Active Paused Archived Deleted",
        [AgentState.Paused] = "Paused Active Paused Archived Deleted",
        [AgentState.Archived] = "- Active - Archived Deleted",
        [AgentState.Deleted] = "- - - - -",
    };

    [Fact]
    public void Every_state_has_an_outcome_for_every_trigger()
    {
        foreach (var from in Enum.GetValues<AgentState>())
            Assert.Equal(s_outcomes[from], string.Join(' ', Enum.GetValues<AgentTrigger>().Select(trigger => Outcome(from, trigger))));
    }

    private static string Outcome(AgentState from, AgentTrigger trigger)
    {
        try
        {
            return AgentStateMachine.Next(from, trigger).ToString();
        }
        catch (EngineException refusal)
        {
            Assert.Equal(ErrorReason.AgentStateConflict, refusal.Reason);
            return "-";
        }
    }
}
